/**
 * Comparing what the index did with what was recorded. Texts may hold placeholders: `<help>` ends what is firm, as the
 * texts behind it belong to the server; the others stand for values that differ from run to run.
 */

export type Json = Readonly<Record<string, unknown>>;

export class Differences {
  /** What differs; empty when all agrees. */
  readonly found: string[] = [];
  /** Where the index means to differ, which counts as agreeing. */
  readonly notes: string[] = [];

  equal(place: string, actual: unknown, expected: unknown): void {
    const [left, right] = [show(actual), show(expected)];
    if (left !== right) {
      this.found.push(`${place}: expected ${right}, got ${left}`);
    }
  }

  /** The beginning of a text, up to the first `<help>`; the whole of it without one. */
  text(place: string, actual: string | undefined, expected: string): void {
    if (actual === undefined || !patternFor(expected).test(actual)) {
      this.found.push(`${place}: expected ${show(expected)}, got ${show(actual)}`);
    }
  }

  /** Members of what was recorded that nothing here compares would be a hole in the test. */
  nothingLeft(place: string, recorded: Json, known: readonly string[]): void {
    for (const name of Object.keys(recorded)) {
      if (!known.includes(name)) {
        this.found.push(`${place}: ${name} is not understood`);
      }
    }
  }
}

function patternFor(expected: string): RegExp {
  const [firm = '', ...rest] = expected.split('<help>');
  const escaped = firm.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const source = escaped.replaceAll('<value>', '[^]*?').replaceAll('<n>', '\\d+').replaceAll('<tmp>', '[^]*?');
  return new RegExp(`^${source}${rest.length > 0 ? '' : '$'}`);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
