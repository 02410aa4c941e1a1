/**
 * JSON values as Python treats them: what counts as true, `str()` and `int()`. The PyPI server is written in it, and
 * what it does with an ill-typed claim follows from these.
 */

/** Whether `if value:` holds. */
export function isTruthy(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.length > 0;
  }
  if (typeof value === 'object' && value !== null) {
    return Object.keys(value).length > 0;
  }
  return value !== undefined && value !== null && value !== false && value !== 0 && value !== '';
}

/** `str(value)`; containers come out as JSON. */
export function pythonText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return value ? 'True' : 'False';
    case 'object':
      return value === null ? 'None' : JSON.stringify(value);
    default:
      return String(value);
  }
}

/** `int(value)`, `undefined` where that raises an error. */
export function pythonInteger(value: unknown): number | undefined {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? Math.trunc(value) : undefined;
    case 'boolean':
      return value ? 1 : 0;
    case 'string':
      return /^\s*[+-]?\d+(?:_\d+)*\s*$/.test(value) ? Number(value.replaceAll('_', '')) : undefined;
    default:
      return undefined;
  }
}
