/**
 * Names of Python's standard library, which no project may have: top-level modules, and the submodules of the packages
 * whose names are most likely to be chosen. PyPI's own list is longer; this one is made from a Python installation.
 */

/** Normalised names (PEP 503). */
export const standardLibraryNames: ReadonlySet<string> = new Set(
  `
abc aifc annotationlib antigravity argparse array ast asynchat asyncio asyncio-base-events asyncio-base-futures
asyncio-base-subprocess asyncio-base-tasks asyncio-constants asyncio-coroutines asyncio-events
asyncio-exceptions asyncio-format-helpers asyncio-futures asyncio-locks asyncio-log asyncio-mixins
asyncio-proactor-events asyncio-protocols asyncio-queues asyncio-runners asyncio-selector-events
asyncio-sslproto asyncio-staggered asyncio-streams asyncio-subprocess asyncio-taskgroups asyncio-tasks
asyncio-threads asyncio-timeouts asyncio-transports asyncio-trsock asyncio-unix-events asyncio-windows-events
asyncio-windows-utils asyncore atexit audioop base64 bdb binascii binhex bisect builtins bz2 calendar cgi cgitb
chunk cmath cmd code codecs codeop collections collections-abc colorsys commands compileall compression
concurrent concurrent-futures concurrent-futures-process concurrent-futures-thread configparser contextlib
contextvars copy copyreg cpickle cprofile crypt csv ctypes ctypes-macholib ctypes-test ctypes-util
ctypes-wintypes curses curses-ascii curses-has-key curses-panel curses-textpad dataclasses datetime dbm
dbm-dumb dbm-gnu dbm-ndbm decimal difflib dis distutils doctest dummy-threading email email-base64mime
email-charset email-contentmanager email-encoders email-errors email-feedparser email-generator email-header
email-headerregistry email-iterators email-message email-mime email-parser email-policy email-quoprimime
email-utils encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter fractions
ftplib functools gc genericpath getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html
html-entities html-parser htmlparser http http-client http-cookiejar http-cookies http-server httplib idlelib
imaplib imghdr imp importlib importlib-abc importlib-machinery importlib-metadata importlib-readers
importlib-resources importlib-simple importlib-util inspect io ipaddress itertools json json-decoder
json-encoder json-scanner json-tool keyword lib2to3 linecache locale logging logging-config logging-handlers
lzma macpath mailbox mailcap main marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing
multiprocessing-connection multiprocessing-context multiprocessing-dummy multiprocessing-forkserver
multiprocessing-heap multiprocessing-managers multiprocessing-pool multiprocessing-popen-fork
multiprocessing-popen-forkserver multiprocessing-popen-spawn-posix multiprocessing-popen-spawn-win32
multiprocessing-process multiprocessing-queues multiprocessing-reduction multiprocessing-resource-sharer
multiprocessing-resource-tracker multiprocessing-shared-memory multiprocessing-sharedctypes
multiprocessing-spawn multiprocessing-synchronize multiprocessing-util netrc nis nntplib nt ntpath nturl2path
numbers opcode operator optparse os os-path ossaudiodev parser pathlib pdb pickle pickletools pipes pkgutil
platform plistlib poplib posix posixpath pprint profile pstats pty pwd py-compile pyclbr pydoc pydoc-data
pyexpat queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors sets
shelve shlex shutil signal site smtpd smtplib sndhdr socket socketserver spwd sqlite3 sqlite3-dbapi2
sqlite3-dump sre-compile sre-constants sre-parse ssl stat statistics string string-templatelib stringio
stringprep struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile
termios test textwrap this thread threading time timeit tkinter tkinter-colorchooser tkinter-commondialog
tkinter-constants tkinter-dialog tkinter-dnd tkinter-filedialog tkinter-font tkinter-messagebox
tkinter-scrolledtext tkinter-simpledialog tkinter-test tkinter-tix tkinter-ttk token tokenize tomllib trace
traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest unittest-async-case unittest-case
unittest-loader unittest-main unittest-mock unittest-result unittest-runner unittest-signals unittest-suite
unittest-test unittest-util urllib urllib-error urllib-parse urllib-request urllib-response urllib-robotparser
urllib2 urlparse userdict uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref
wsgiref-handlers wsgiref-headers wsgiref-simple-server wsgiref-types wsgiref-util wsgiref-validate xdrlib xml
xml-dom xml-etree xml-etree-celementtree xml-etree-elementinclude xml-etree-elementpath xml-etree-elementtree
xml-parsers xml-sax xmlrpc zipapp zipfile zipimport zlib zoneinfo
`
    .trim()
    .split(/\s+/),
);
