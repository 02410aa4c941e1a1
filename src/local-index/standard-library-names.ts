/**
 * Names of Python's standard library, which no project may have: every module of Python 2.6 to 3.14 and every package
 * that one is in, 2363 names after PEP 503. The names are those of the list that PyPI uses, stdlib-list 0.12.0
 * (https://github.com/pypi/stdlib-list, MIT License, Copyright (c) 2015 Jack Maney).
 */

/** Whether a normalised name is taken by the standard library. */
export function isStandardLibraryName(normalizedName: string): boolean {
  names ??= readNames();
  return names.has(normalizedName);
}

let names: ReadonlySet<string> | undefined;

/** Reads the tree below: what is in brackets follows a hyphen; `!` marks what is no name by itself. */
function readNames(): Set<string> {
  const found = new Set<string>();
  const path: string[] = [];
  for (const [, word = '', mark, bracket] of tree.matchAll(/([^\s()!]*)(!?)([()]?)\s*/g)) {
    const name = [...path, word].join('-');
    if (word !== '' && mark === '') {
      found.add(name);
    }
    if (bracket === '(') {
      path.push(word);
    } else if (bracket === ')') {
      path.pop();
    }
  }
  return found;
}

const tree = `
abc abcoll aepack aetools aetypes aifc aix!(support) al android!(support) annotationlib antigravity anydbm
apple!(support) applesingle argparse array ast(unparse) asynchat asyncio(base!(events futures subprocess tasks)
compat constants coroutines events exceptions format!(helpers) futures graph locks log main mixins
proactor!(events) protocols queues runners selector!(events) sslproto staggered streams subprocess taskgroups
tasks test!(utils) threads timeouts tools transports trsock unix!(events) windows!(events utils)) asyncore
atexit audiodev audioop autogil base64 basehttpserver bastion bdb binascii binhex bisect blake2 bootlocale
bootsubprocess bsddb(db dbobj dbrecio dbshelve dbtables dbutils test(test!(all associate basics compare compat
cursor!(pget!(bug)) db dbenv dbobj dbshelve dbtables distributed!(transactions) early!(close) fileid get!(none)
join lock misc pickle queue recno replication sequence thread))) buildtools builtin builtins bz2 calendar canvas
carbon(ae ah app appearance carbonevents carbonevt cf cg cm components controlaccessor controls corefounation
coregraphics ctl dialogs dlg drag dragconst events evt file files fm folder folders fonts help ibcarbon
ibcarbonruntime icns icons launch launchservices list lists machelp mediadescr menu menus mlte osa osaconst qd
qdoffs qdoffscreen qt quickdraw quicktime res resources scrap snd sound te textedit win windows) cd cfmfile cgi
cgihttpserver cgitb chunk cmath cmd code codecs(cn hk iso2022 jp kr tw) codeop collections(abc main) colorize
colorpicker colorsys commands compat!(pickle) compileall compiler(ast consts future misc pyassem pycodegen
symbols syntax transformer visitor) compression(bz2 common(streams) gzip lzma zlib zstd(zstdfile))
concurrent(futures(base interpreter process thread) interpreters(crossinterp queues)) configparser contextlib
contextvars cookie cookielib copy(reg) copyreg cpickle cprofile crypt cstringio csv ctypes(aix endian layout
macholib(dyld dylib framework) test(main runtests test!(anon array!(in!(pointer)) arrays as!(parameter)
bitfields buffers bytes byteswap callbacks cast cfuncs checkretval delattr errno find frombuffer funcptr
functions incomplete init internals keeprefs libc loading macholib memfunctions numbers objects parameters
pep3118 pickling pointers prototypes python!(api) random!(things) refcounts repr returnfuncptrs simplesubclasses
sizes slicing stringptr strings struct!(fields) structures unaligned!(structures) unicode values
varsize!(struct) win32 wintypes)) util wintypes) curses(ascii has!(key) panel textpad wrapper) dataclasses
datetime dbhash dbm(dumb gnu ndbm sqlite3) decimal device dialog difflib dircache dis distutils(archive!(util)
bcppcompiler ccompiler cmd collections command(bdist(dumb msi packager rpm wininst) build(clib ext py scripts)
check clean config framework!(compat) install(data egg!(info) headers lib scripts) py37compat register sdist
upload) config core cygwinccompiler debug dep!(util) dir!(util) dist emxccompiler errors extension
fancy!(getopt) file!(util) filelist functools log macos!(compat) msvc9compiler msvccompiler mwerkscompiler
py38compat py39compat spawn sysconfig tests(setuptools!(build!(ext) extension) support test!(archive!(util)
bdist(dumb msi rpm wininst) build(clib ext py scripts) ccompiler check clean cmd config(cmd) core
cygwinccompiler dep!(util) dir!(util) dist extension file!(util) filelist install(data headers lib scripts) log
msvc9compiler msvccompiler register sdist spawn sysconfig text!(file) unixccompiler upload util version
versionpredicate)) text!(file) unixccompiler util version versionpredicate) dl doctest docxmlrpcserver dumbdbm
dummy!(thread threading) easydialogs elementtree email(base64mime charset contentmanager encoded!(words)
encoders errors feedparser generator header(value!(parser)) headerregistry iterators message mime(application
audio base image message multipart nonmultipart text) parseaddr parser policy policybase quoprimime
test(test!(email(codecs(renamed) renamed torture))) utils) encodings(aliases ascii base64!(codec) big5 big5hkscs
builtin bz2!(codec) charmap codecs cp037 cp1006 cp1026 cp1125 cp1140 cp1250 cp1251 cp1252 cp1253 cp1254 cp1255
cp1256 cp1257 cp1258 cp273 cp424 cp437 cp500 cp65001 cp720 cp737 cp775 cp850 cp852 cp855 cp856 cp857 cp858 cp860
cp861 cp862 cp863 cp864 cp865 cp866 cp869 cp874 cp875 cp932 cp949 cp950 encodings euc!(jis!(2004) jisx0213 jp
kr) gb18030 gb2312 gbk hex!(codec) hp!(roman8) hz idna iso2022!(jp(1 2 2004 3 ext) kr) iso8859!(1 10 11 13 14 15
16 2 3 4 5 6 7 8 9) johab koi8!(r t u) kz1048 latin!(1) mac!(arabic centeuro croatian cyrillic farsi greek
iceland latin2 roman romanian turkish) mbcs oem palmos ptcp154 punycode quopri!(codec) raw!(unicode!(escape))
rot!(13) shift!(jis(2004) jisx0213) string!(escape) tis!(620) undefined unicode!(escape internal) utf!(16(be le)
32(be le) 7 8(sig)) uu!(codec) win!(cp!(codecs)) zlib!(codec)) ensurepip(bundled main uninstall) enum errno
exceptions faulthandler fcntl filecmp filedialog fileinput findertools fixtk fl flp fm fnmatch formatter fpectl
fpformat fractions framework frozen!(importlib(external)) ftplib functools future(builtins) gc gdbm genericpath
gensuitemodule getopt getpass gettext gl glob graphlib grp gzip hashlib heapq hmac hotshot(log stats stones)
html(entities parser) htmlentitydefs htmllib htmlparser http(client cookiejar cookies server) httplib ic icopen
idlelib(aboutdialog autocomplete(w) autocompletewindow autoexpand bindings browser calltip(w) calltips
calltipwindow classbrowser codecontext colordelegator colorizer config(key) configdialog confighandler
confighelpsourceedit configsectionnamedialog debugger(r) debugobj(r) delegator dynoption dynoptionmenuwidget
editor editorwindow filelist format formatparagraph grep grepdialog help(about) history hyperparser
idle(test(htest mock!(idle tk) template test!(autocomplete(w) autoexpand browser calltip(w) calltips codecontext
colorizer config(help key name) configdialog debugger(r) debugobj(r) delegator editmenu editor filelist format
formatparagraph grep help(about) helpabout history hyperparser idlehistory io iomenu macosx mainmenu multicall
outwin paragraph parenmatch pathbrowser percolator pyparse pyshell query redirector replace replacedialog rpc
rstrip run runscript scrolledlist search searchbase searchdialog searchdialogbase searchengine sidebar squeezer
stackviewer statusbar text textview tooltip tree undo undodelegator util warning widgetredir window zoomheight
zzdummy) tkinter!(testing!(utils)))) idlehistory idlever iobinding iomenu keybindingdialog macosx macosxsupport
main mainmenu multicall multistatusbar objectbrowser outputwindow outwin paragraph parenmatch pathbrowser
percolator pyclbr pyparse pyshell query redirector remotedebugger remoteobjectbrowser replace replacedialog rpc
rstrip rstripextension run runscript scriptbinding scrolledlist search searchbase searchdialog searchdialogbase
searchengine sidebar squeezer stackviewer statusbar tabbedpages textview tooltip tree treewidget undo
undodelegator util widgetredirector window windowlist zoomheight zzdummy) ihooks imageop imaplib imgfile imghdr
imp importlib(abc adapters bootstrap(external) common machinery metadata(adapters collections diagnose functools
itertools meta text) readers resources(abc adapters common functional itertools legacy readers simple) simple
util) imputil inspect interpchannels interpqueues interpreters io ios!(support) ipaddress itertools jpeg
json(decoder encoder json main re scanner struct sys tests(test!(check!(circular) decode default dump
encode!(basestring!(ascii)) fail float indent pass1 pass2 pass3 recursion scanstring separators speedups tool
unicode)) tool) keyword lib(libpython3) lib2to3(btm!(matcher utils) fixer!(base util) fixes(fix!(apply asserts
basestring buffer callable dict except exec execfile exitfunc filter funcattrs future getcwdu has!(key) idioms
import imports imports2 input intern isinstance itertools(imports) long map metaclass methodattrs ne next
nonzero numliterals operator paren print raise raw!(input) reduce reload renames repr set!(literal)
standarderror sys!(exc) throw tuple!(params) types unicode urllib ws!(comma) xrange xreadlines zip)) main
patcomp pgen2(conv driver grammar literals parse pgen token tokenize) pygram pytree refactor tests(data(bom crlf
different!(encoding) false!(encoding) fixers(bad!(order) myfixes(fix!(explicit first last parrot preorder))
no!(fixer!(cls)) parrot!(example)) infinite!(recursion) py2!(test!(grammar)) py3!(test!(grammar))) main
pytree!(idempotency) support test!(all!(fixers) fixers main parser pytree refactor util))) linecache
linuxaudiodev locale logging(config handlers) lsprof lwpcookiejar lzma macerrors macos macostools macpath
macresource macurl2path mailbox mailcap main markupbase marshal math md5 mhlib mimetools mimetypes mimewriter
mimify miniaeframe mmap modulefinder mozillacookiejar msi msilib msvcrt multibytecodec multifile
multiprocessing(connection context dummy(connection) forking forkserver heap managers pool popen!(fork
forkserver spawn!(posix win32)) process queues reduction resource!(sharer tracker) semaphore!(tracker)
shared!(memory) sharedctypes spawn synchronize util) mutex nav netrc new nis nntplib nt ntpath nturl2path
numbers opcode(metadata) operator optparse os(path) os2emxpath ossaudiodev osx!(support) overlapped parser
pathlib(abc local os types) pdb peg!(parser) phello(foo) pickle pickletools pipes pixmapwrapper pkgutil platform
plistlib popen2 poplib posix posixfile posixpath posixshmem posixsubprocess pprint profile pstats pty pwd
py!(abc compile warnings) pyclbr pydatetime pydecimal pydoc(data(topics)) pyexpat(errors model) pyio pylong
pyrepl(base!(eventqueue) commands completing!(reader) console curses fancy!(termios) historical!(reader) input
keymap main minimal!(curses) module!(completer) pager reader readline simple!(interact) terminfo
threading!(handler) trace types unix!(console eventqueue) utils windows!(console eventqueue)) queue quopri
random re(casefix compiler constants parser) readline remote!(debugging) repr reprlib resource rexec rfc822
rlcompleter robotparser runpy sched scproxy scrolledtext secrets select selectors sets sgmllib sha sha1 sha2
sha256 sha3 sha512 shelve shlex shutil signal simpledialog simplehttpserver simplexmlrpcserver site sitebuiltins
smtpd smtplib sndhdr socket socketserver spwd sqlite3(dbapi2 dump main test(backup dbapi dump factory hooks
py25tests regression transactions types userfunctions)) sre(compile constants parse) ssl stat statistics statvfs
string(templatelib) stringio stringold stringprep strop strptime struct subprocess suggestions sunau sunaudio
sunaudiodev symbol symtable sys sysconfig(main) sysconfigdata(x86!(64!(conda!(cos6!(linux!(gnu)) linux!(gnu)))))
syslog tabnanny tarfile telnetlib tempfile termios test(ann!(module module2 module3 module5 module6 module7)
audiotests audit!(tests) autotest bad!(coding coding2 coding3 getattr getattr2 getattr3) badsyntax!(3131 async1
async2 async3 async4 async5 async6 async7 async8 future10 future3 future4 future5 future6 future7 future8
future9 nocaret pep3120) bisect(cmd) buffer!(tests) bytecode!(helper) coding20731 curses!(tests)
dataclass!(module!(1(str) 2(str)) textanno) datetimetester dis!(module) doctest!(aliases) double!(const)
dtracedata(call!(stack) gc instance line) eintrdata(eintr!(tester)) encoded!(modules(module!(iso!(8859!(1))
koi8!(r)))) final!(a b) fork!(wait) future!(test1 test2) gdb!(sample) good!(getattr) imp!(dummy)
infinite!(reload) inspect!(fodder fodder2) libregrtest(cmdline main pgo refleak runtest(mp) save!(env) setup
utils win!(utils)) list!(tests) lock!(tests) main make!(ssl!(certs)) mapping!(tests) memory!(watchdog)
mock!(backport socket) mod!(generics!(cache)) mp!(fork!(bomb) preload) multibytecodec!(support)
outstanding!(bugs) pickletester profilee pyclbr!(input) pydoc!(mod) pydocfodder pystone pythoninfo re!(tests)
regrtest relimport reperf sample!(doctest(no!(docstrings doctests))) script!(helper) seq!(tests)
signalinterproctester sortperf ssl!(servers) ssltests string!(tests) subprocessdata(fd!(status) input!(reader)
qcat qgrep sigchild!(ignore)) support(bytecode!(helper) hashlib!(helper) logging!(helper) script!(helper)
socket!(helper) testresult warnings!(helper)) symlink!(support) test!(abc abstract!(numbers) aepack aifc al all
anydbm applesingle argparse array ascii!(formatd) asdl!(parser) ast asyncgen asynchat asyncio(echo echo2 echo3
functional main test!(asyncio!(waitfor) base!(events) buffered!(proto) context events futures futures2 locks
pep492 proactor!(events) protocols queues runners selector!(events) sendfile server sock!(lowlevel) sslproto
streams subprocess tasks threads transports unix!(events) waitfor windows!(events utils)) utils) asyncore atexit
audioop audit augassign base64 baseexception bastion bdb bigaddrspace bigmem binascii binhex binop bisect bool
bsddb bsddb185 bsddb3 buffer bufio builtin bytes bz2 c!(locale!(coercion)) calendar call capi cd cfgparser cgi
cgitb charmapcodec check!(c!(globals)) cl class clinic cmath cmd(line(script)) code(module) codeccallbacks
codecencodings!(cn hk iso2022 jp kr tw) codecmaps!(cn hk jp kr tw) codecs codeop coercion collections colorsys
commands compare compile compileall compiler complex(args) concurrent!(futures) configparser contains context
contextlib(async) cookie cookielib copy(reg) copyreg coroutines cpickle cprofile crashers crypt csv ctypes
curses dataclasses datetime dbm(dumb gnu ndbm) decimal decorators defaultdict deque descr descrtut devpoll
dict(version) dictcomps dictviews difflib dircache dis distutils dl doctest doctest2 docxmlrpc dtrace dumbdbm
dummy!(thread threading) dynamic dynamicclassattribute eintr email(codecs main renamed test!(asian!(codecs)
contentmanager defect!(handling) email encoded!(words) generator header!(value!(parser)) headerregistry
inversion message parser pickleable policy utils) torture!(test)) embed ensurepip enum enumerate eof epoll errno
exception!(hierarchy variations) exceptions extcall faulthandler fcntl file(eintr) file2k filecmp fileinput
fileio finalization float flufl fnmatch fork1 format fpformat fractions frame frozen fstring ftplib funcattrs
functools future(builtins) future1 future2 future3 future4 future5 gc gdb gdbm generator!(stop) generators
genericalias genericclass genericpath genexps getargs getargs2 getopt getpass gettext gl glob global grammar
graphlib grp gzip hash hashlib heapq hmac hotshot html htmllib htmlparser http!(cookiejar cookies) httplib
httpservers idle imageop imaplib imgfile imghdr imp import(data(circular!(imports(basic basic2 binding binding2
from!(cycle1 cycle2) indirect rebinding rebinding2 source subpackage subpkg(subpackage2 util) use util))
package(submodule) package2(submodule1 submodule2)) magic main) importhooks importlib(abc builtin(main
test!(finder loader) util) data data01(subdirectory) data02(one two) data03(namespace(portion1 portion2))
extension(main test!(case!(sensitivity) finder loader path!(hook)) util) fixtures frozen(main test!(finder
loader)) import(main test!(api caching fromlist loader meta!(path) package packages path relative!(imports))
util) main namespace!(pkgs(both!(portions(foo(one two))) module!(and!(namespace!(package(a!(test)))))
not!(a!(namespace!(pkg(foo(one))))) portion1(foo(one)) portion2(foo(two)) project1(parent(child(one)))
project2(parent(child(two))) project3(parent(child(three))))) regrtest source(main test!(case!(sensitivity)
file!(loader) finder path!(hook) source!(encoding)) util) stubs test!(abc api files lazy locks main
metadata!(api) namespace!(pkgs) open path pkg!(import) read resource spec threaded!(import) util windows zip)
threaded!(import!(hangers)) util zipdata01 zipdata02) index inspect int(literal) io ioctl ipaddress isinstance
iter iterlen itertools json(main test!(decode default dump encode!(basestring!(ascii)) enum fail float indent
pass1 pass2 pass3 recursion scanstring separators speedups tool unicode)) keyword keywordonlyarg kqueue
largefile lib2to3 linecache linuxaudiodev list listcomps lltrace locale logging long(future) longexp lzma macos
macostools macpath macurl2path mailbox mailcap marshal math md5 memoryio memoryview metaclass mhlib mimetools
mimetypes mimewriter minidom mmap module modulefinder msilib multibytecodec multifile multiprocessing(fork
forkserver main!(handling) spawn) mutants mutex named!(expressions) netrc new nis nntplib normalization ntpath
numeric!(tower) old!(mailbox) opcode opcodes openpty operator optparse ordered!(dict) os ossaudiodev osx!(env
support) parser pathlib pdb peepholer peg!(generator(main test!(c!(parser) first!(sets) pegen)) parser) pep247
pep277 pep292 pep3120 pep3131 pep3151 pep352 pep380 pep479 pickle picklebuffer pickletools pipes pkg pkgimport
pkgutil platform plistlib poll popen popen2 poplib positional!(only!(arg)) posix posixpath pow pprint print
profile property pstats pty pulldom pwd py!(compile) py3kwarn pyclbr pydoc pyexpat queue quopri raise random
range re readline regrtest repl repr reprlib resource rfc822 richcmp rlcompleter robotparser runpy sax sched
scope script!(helper) scriptpackages secrets select selectors set setcomps sets sgmllib sha shelve shlex shutil
signal simplehttpserver site slice smtpd smtplib smtpnet sndhdr socket socketserver softspace sort
source!(encoding) spwd sqlite ssl startfile stat statistics str strftime string(literals) stringio stringprep
strlit strop strptime strtod struct structmembers structseq subclassinit subprocess sunau sunaudiodev sundry
super support symbol symtable syntax sys(setprofile settrace) sysconfig syslog tabnanny tarfile tcl telnetlib
tempfile test!(support) textwrap thread threaded!(import) threadedtempfile threading(local) threadsignals time
timeit timeout tix tk tokenize tools(main test!(fixcid gprof2html i18n lll md5sum pathfix pdeps pindent reindent
sundry unparse)) trace traceback tracemalloc transformer ttk!(guionly textonly) tuple turtle type!(comments)
typechecks types typing ucn unary undocumented!(details) unicode(file(functions) identifiers) unicodedata
unittest univnewlines univnewlines2k unpack(ex) unparse urllib(response) urllib2(localnet) urllib2net urllibnet
urlparse userdict userlist userstring utf8!(mode) utf8source uu uuid venv wait3 wait4
warnings(data(import!(warning) stacklevel) main) wave weakref weakset webbrowser whichdb winconsoleio winreg
winsound with wsgiref xdrlib xml!(dom!(minicompat) etree(c)) xmllib xmlrpc(net) xpickle xrange xxsubinterpreters
xxtestfuzz yield!(from) zipapp zipfile zipfile64 zipimport(support) zlib zoneinfo(main support test!(zoneinfo)))
testall testcodec tf!(inherit!(check)) threaded!(import!(hangers)) time!(hashlib) tracedmodules(testmod)
typed!(dict!(helper)) warning!(tests) win!(console!(handler)) xmltests
ziptestdata(testdata!(module!(inside!(zip))))) testbuffer testcapi testimportmultiple testinternalcapi
testmultiphase textwrap this thread threading(local) time timeit tix tkcolorchooser tkcommondialog tkconstants
tkdnd tkfiledialog tkfont tkinter(colorchooser commondialog constants dialog dnd filedialog fix font main
messagebox scrolledtext simpledialog test(runtktests support test!(tkinter(test!(colorchooser font
geometry!(managers) images loadtk messagebox misc simpledialog text variables widgets)) ttk(test!(extensions
functions style widgets))) widget!(tests)) tix ttk) tkmessagebox tksimpledialog toaiff token tokenize
tomllib(parser re types) trace traceback tracemalloc ttk tty turtle turtledemo(bytedesign chaos clock colormixer
forest fractalcurves lindenmayer main minimal!(hanoi) nim paint peace penrose planet!(and!(moon)) rosette
round!(dance) sorting!(animate) tree two!(canvases) wikipedia yinyang) types typing(io re) unicodedata
unittest(async!(case) case loader log main mock result runner signals suite test(dummy main support
test!(assertions async!(case) break case discovery functiontestcase loader program result runner setups skipping
suite warnings) testmock(main support testasync testcallable testhelpers testmagicmethods testmock testpatch
testsealable testsentinel testwith)) util) urllib(error parse request response robotparser) urllib2 urlparse
user userdict userlist userstring uu uuid venv(main) videoreader w warnings wave weakref weakrefset webbrowser
whichdb winapi winreg winsound wmi wsgiref(handlers headers simple!(server) types util validate) xdrlib
xml(dom(domreg expatbuilder minicompat minidom nodefilter pulldom xmlbuilder) etree(celementtree elementinclude
elementpath elementtree) parsers(expat(errors(dom etree parsers sax) model(dom etree parsers sax)))
sax(exceptions expatreader handler saxutils xmlreader)) xmllib xmlrpc(client server) xmlrpclib xxlimited
xxsubinterpreters xxsubtype xxtestfuzz zipapp zipfile(main path(glob)) zipimport zlib zoneinfo(common tzpath
zoneinfo) zstd
`;
