/**
 * Dependency specifiers and version specifiers as `packaging` 26.2 reads them, which PyPI uses: whether a text is one,
 * and whether it names a URL. Nothing is evaluated.
 * @see https://packaging.python.org/en/latest/specifications/dependency-specifiers/
 */

const epoch = 'v?(?:[0-9]+!)?';
const release = '[0-9]+(?:\\.[0-9]+)*';
const pre = '(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?';
const post = '(?:(?:-[0-9]+)|(?:[-_.]?(?:post|rev|r)[-_.]?[0-9]*))?';
const dev = '(?:[-_.]?dev[-_.]?[0-9]*)?';
const local = '(?:\\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?';
const space = '[\\s]*';

/** One clause. `===` compares texts, a wildcard and a local part go with `==` and `!=`, `~=` needs two numbers. */
const clause = [
  `===${space}[^\\s;)]*`,
  `(?:==|!=)${space}${epoch}${release}(?:\\.\\*|${pre}${post}${dev}${local})?`,
  `~=${space}${epoch}[0-9]+(?:\\.[0-9]+)+${pre}${post}${dev}`,
  `(?:<=|>=|<|>)${space}${epoch}${release}${pre}${post}${dev}`,
].join('|');
const wholeClause = new RegExp(`^\\s*(?:${clause})\\s*$`, 'i');

/** Whether a text is a list of version clauses; empty ones are skipped. */
export function isSpecifierSet(text: string): boolean {
  return text.split(',').every((part) => part.trim() === '' || wholeClause.test(part));
}

/** `undefined` when the text is no dependency specifier. */
export function parseRequirement(text: string): { readonly hasUrl: boolean } | undefined {
  try {
    return new RequirementReader(text).read();
  } catch (error) {
    if (error instanceof SyntaxError) {
      return undefined;
    }
    throw error;
  }
}

const rules = {
  space: /[ \t]+/y,
  identifier: /\b[a-zA-Z0-9][a-zA-Z0-9._-]*\b/y,
  specifier: new RegExp(clause, 'iy'),
  /** What may not follow a clause without its operator allowing it. */
  trail: /\.\*|\+[a-z0-9]+(?:[-_.][a-z0-9]+)*/y,
  url: /[^ \t]+/y,
  /** A line break inside crashes PyPI. */
  quoted: /'[^'\n]*'|"[^"\n]*"/y,
  operator: /===|==|~=|!=|<=|>=|<|>|\bin\b|\bnot\b[ \t]+\bin\b/y,
  boolean: /\b(?:or|and)\b/y,
  variable:
    /\b(?:python_version|python_full_version|os[._]name|sys[._]platform|platform_(?:release|system)|platform[._](?:version|machine|python_implementation)|python_implementation|implementation_(?:name|version)|extras?|dependency_groups)\b/y,
  at: /@/y,
  semicolon: /;/y,
  comma: /,/y,
  leftBracket: /\[/y,
  rightBracket: /\]/y,
  leftParenthesis: /\(/y,
  rightParenthesis: /\)/y,
  /** Of the text; one line break after it is overlooked. */
  end: /\n?$/y,
} satisfies Readonly<Record<string, RegExp>>;
type Rule = keyof typeof rules;

class RequirementReader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): { readonly hasUrl: boolean } {
    this.#take('space');
    this.#expect('identifier');
    this.#take('space');
    this.#extras();
    this.#take('space');
    const hasUrl = this.#take('at');
    if (hasUrl) {
      this.#take('space');
      this.#expect('url');
      if (this.#isNext('end')) {
        return { hasUrl };
      }
      this.#expect('space');
    } else {
      this.#specifiers();
      this.#take('space');
    }
    if (!this.#isNext('end')) {
      this.#expect('semicolon');
      this.#marker();
      this.#take('space');
      this.#expect('end');
    }
    return { hasUrl };
  }

  #extras(): void {
    if (!this.#take('leftBracket')) {
      return;
    }
    this.#take('space');
    if (this.#take('identifier')) {
      for (this.#take('space'); this.#take('comma'); this.#take('space')) {
        this.#take('space');
        this.#expect('identifier');
      }
    }
    this.#expect('rightBracket');
  }

  #specifiers(): void {
    const isEnclosed = this.#take('leftParenthesis');
    this.#take('space');
    while (this.#take('specifier')) {
      if (this.#isNext('trail')) {
        this.#fail();
      }
      this.#take('space');
      if (!this.#take('comma')) {
        break;
      }
      this.#take('space');
    }
    this.#take('space');
    if (isEnclosed) {
      this.#expect('rightParenthesis');
    }
  }

  #marker(): void {
    this.#markerAtom();
    while (this.#take('boolean')) {
      this.#markerAtom();
    }
  }

  #markerAtom(): void {
    this.#take('space');
    if (this.#take('leftParenthesis')) {
      this.#take('space');
      this.#marker();
      this.#take('space');
      this.#expect('rightParenthesis');
    } else {
      this.#operand();
      this.#take('space');
      this.#expect('operator');
      this.#take('space');
      this.#operand();
    }
    this.#take('space');
  }

  #operand(): void {
    if (!this.#take('variable')) {
      this.#expect('quoted');
    }
  }

  #isNext(rule: Rule): boolean {
    const pattern = rules[rule];
    pattern.lastIndex = this.#position;
    return pattern.test(this.#text);
  }

  #take(rule: Rule): boolean {
    if (!this.#isNext(rule)) {
      return false;
    }
    this.#position = rules[rule].lastIndex;
    return true;
  }

  #expect(rule: Rule): void {
    if (!this.#take(rule)) {
      this.#fail();
    }
  }

  #fail(): never {
    throw new SyntaxError(`Unexpected text at ${this.#position}`);
  }
}
