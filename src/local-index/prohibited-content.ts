/** Content that PyPI does not take: modules that are encrypted by tools that hide what they do. */

const scannedBytes = 5 * 1024 * 1024;
const pyArmor = [
  '__pyarmor__(__name__, __file__,',
  '__pyarmor_enter__',
  '__pyarmor_exit__',
  '__pyarmor_assert__',
  '__pyarmor_bcc__',
];
const sourceDefender = ['---BEGIN PYE FILE---', '---END PYE FILE---'];

/** Whether a member's content is looked at. A file that is called only `.py` has no extension. */
export function isScanned(path: string): boolean {
  const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
  return /[^.].*\.pye?$/is.test(name);
}

/** What is wrong with the content of a module, if anything is. */
export function prohibitedContent(content: Buffer): string | undefined {
  if (content.length > scannedBytes) {
    return undefined;
  }
  if (pyArmor.some((text) => content.includes(text))) {
    return 'PyArmor-encrypted content is not allowed. See https://docs.pypi.org/archives/ for more information.';
  }
  return sourceDefender.every((text) => content.includes(text))
    ? 'SourceDefender-encrypted content is not allowed. See https://docs.pypi.org/archives/ for more information.'
    : undefined;
}
