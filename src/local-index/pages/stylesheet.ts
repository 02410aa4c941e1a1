/** The one stylesheet of the pages: system fonts, light and dark, tables that become cards on narrow screens. */

export const stylesheet = `
:root{color-scheme:light dark;--paper:#f7f7f4;--card:#fff;--ink:#1d2421;--soft:#57615c;--line:#dcdfda;--accent:#0b6553;
--on-accent:#fff;--tint:#e6f1ed;--bad:#a3261b;--bad-tint:#fbeae7;--warn:#5c4700;--warn-tint:#fff1c7}
@media(prefers-color-scheme:dark){:root{--paper:#141816;--card:#1c2220;--ink:#e6ebe8;--soft:#a3aea8;--line:#353e3a;
--accent:#6fd3b8;--on-accent:#0c221c;--tint:#1d332c;--bad:#ff9c8f;--bad-tint:#3b201d;--warn:#f6dc8f;--warn-tint:#37300f}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:3px}
code{font:.875em/1.5 ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.skip:not(:focus){position:absolute;left:-99rem}
.banner{margin:0;max-width:none;padding:.4rem 1rem;background:var(--warn-tint);color:var(--warn);text-align:center;font-size:.9rem}
header,main{max-width:70rem;margin:auto;padding:1rem 1.5rem}
header{display:flex;flex-wrap:wrap;gap:.25rem 1.5rem;justify-content:space-between}
header a{color:inherit;text-decoration:none}
header a:hover{text-decoration:underline}
nav{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
[aria-current]{color:var(--accent);font-weight:600}
main{padding-top:0;padding-bottom:4rem}
h1{font-size:1.75rem;line-height:1.25;margin:.75rem 0 .5rem}
h2,caption{font-size:1.2rem;font-weight:600;line-height:1.3;text-align:left;margin:0}
h2{margin:2.5rem 0 .75rem}
p{margin:.5rem 0;max-width:44rem}
.soft,small{color:var(--soft);font-size:.875rem}
small{display:block}
table{width:100%;border-collapse:collapse;margin:2.5rem 0 0}
caption{padding-bottom:.6rem}
caption small{font-weight:400}
th,td{text-align:left;vertical-align:top;font-weight:400;padding:.6rem .75rem;border-bottom:1px solid var(--line)}
thead th{color:var(--soft);font-size:.8125rem;padding-block:.4rem;border-bottom-color:var(--soft)}
tbody{background:var(--card)}
th:first-child{width:48%}
td:last-child{width:12rem}
td time,td .state{white-space:nowrap}
dl{margin:.75rem 0}
dl>div{display:flex;flex-wrap:wrap;gap:0 1rem}
dt{flex:0 0 9rem;color:var(--soft)}
dd{margin:0}
td dl,th dl{font-size:.875rem;margin:.3rem 0}
td div,th div,.list div{display:block}
td dl>div,th dl>div{margin-bottom:.25rem}
summary{cursor:pointer;width:fit-content}
td summary,th summary{color:var(--soft);font-size:.875rem}
.state{display:inline-block;padding:0 .5rem;border-radius:1rem;font-size:.875rem;background:var(--tint);color:var(--accent)}
.bad{background:var(--bad-tint);color:var(--bad)}
.idle{background:none;color:var(--soft);box-shadow:inset 0 0 0 1px var(--line)}
.notice{padding:.6rem 1rem;border-left:4px solid var(--accent);background:var(--tint);max-width:none}
.notice.bad{border-color:var(--bad);background:var(--bad-tint)}
.list{list-style:none;margin:1rem 0 0;padding:0}
.list>li,.form{background:var(--card);border:1px solid var(--line);border-radius:6px;margin-bottom:.5rem}
.list>li{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:start;justify-content:space-between;padding:.75rem 1rem}
.list>li>div{flex:1 1 14rem}
.list dl{display:flex;flex-wrap:wrap;gap:.4rem 1.75rem;font-size:.9375rem;margin:.4rem 0 0}
.list dt{font-size:.8125rem}
.form>summary{width:auto;padding:.7rem 1rem;font-weight:600}
.form>form{padding:0 1rem 1rem;max-width:36rem}
.field{margin:0 0 1rem}
label{display:block;font-weight:600}
label span{color:var(--soft);font-weight:400}
input,select{width:100%;min-height:2.5rem;margin:.25rem 0;padding:.4rem .6rem;font:inherit;color:inherit;
background:var(--paper);border:1px solid var(--soft);border-radius:4px}
[aria-invalid]{border:2px solid var(--bad)}
.error{color:var(--bad);margin:0;font-size:.9rem}
button{min-height:2.5rem;padding:.4rem 1.1rem;font:inherit;font-weight:600;cursor:pointer;border-radius:4px;
border:1px solid var(--accent);background:var(--accent);color:var(--on-accent)}
button.remove{background:none;color:var(--bad);border-color:var(--bad)}
@media(max-width:40rem){
header,main{padding-inline:1rem}
table,tbody,tr,th,td{display:block}
th:first-child,td:last-child{width:auto}
caption{display:block}
thead{position:absolute;left:-99rem}
tr{border:1px solid var(--line);border-radius:6px;padding:.6rem .75rem;margin-bottom:.5rem}
tbody{background:none}tbody tr{background:var(--card)}
th,td{border:0;padding:.1rem 0}
td::before{content:attr(data-label) ": ";color:var(--soft);font-size:.875rem}
dl>div{display:block;margin-bottom:.3rem}
}`;
