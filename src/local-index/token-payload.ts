/**
 * The body of a token exchange: a JSON object with a text member `token`. PyPI lets pydantic judge it and passes its
 * explanation on, so the explanations here are worded and placed (line, column) as pydantic's JSON reader does it.
 */

/** Why a body is no payload; the message is PyPI's description. */
export class PayloadProblem extends Error {
  override readonly name = 'PayloadProblem';
}

/**
 * The `token` member of a body.
 * @throws {PayloadProblem}
 */
export function tokenInPayload(body: string): string {
  const syntax = jsonProblem(body);
  if (syntax !== undefined) {
    throw problem('', `Invalid JSON: ${syntax}`, 'json_invalid', shown(body), 'bytes');
  }
  const document = parseLeniently(body);
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw problem('', 'Input should be an object', 'model_type', shownValue(document), kindOf(document));
  }
  const token = Object.hasOwn(document, 'token') ? (document as { token?: unknown }).token : undefined;
  if (token === undefined) {
    throw problem('token', 'Field required', 'missing', shownValue(document), 'dict');
  }
  if (typeof token !== 'string') {
    throw problem('token', 'Input should be a valid string', 'string_type', shownValue(token), kindOf(token));
  }
  return token;
}

function problem(field: string, text: string, type: string, input: string, inputType: string): PayloadProblem {
  const place = field === '' ? '' : `\n${field}`;
  return new PayloadProblem(
    `1 validation error for TokenPayload${place}\n  ${text} [type=${type}, input_value=${input}, ` +
      `input_type=${inputType}]\n    For further information visit https://docs.pypi.org/api/`,
  );
}

const maximumShown = 50;

function shown(text: string): string {
  return text.length <= maximumShown ? text : `${text.slice(0, maximumShown / 2)}...${text.slice(-maximumShown / 2)}`;
}

/** An identity token is a secret until it is spent, so no value of a member is repeated. */
function shownValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return Array.isArray(value) ? '[...]' : '{...}';
  }
  return typeof value === 'string' ? "'...'" : String(value);
}

function kindOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return 'str';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    default:
      if (value === null) {
        return 'NoneType';
      }
      return Array.isArray(value) ? 'list' : 'dict';
  }
}

/** `JSON.parse`, where the constants that pydantic accepts besides (`NaN`, `Infinity`) become zero. */
function parseLeniently(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return JSON.parse(
      body.replaceAll(/"(?:[^"\\]|\\.)*"|-?Infinity|NaN/g, (part) => (part.startsWith('"') ? part : '0.5')),
    );
  }
}

/** What is wrong with the JSON text and where; `undefined` when nothing is. */
function jsonProblem(body: string): string | undefined {
  const reader = new JsonReader(body);
  try {
    reader.document();
    return undefined;
  } catch (error) {
    if (error instanceof SyntaxProblem) {
      return `${error.message} at line ${error.line} column ${error.column}`;
    }
    throw error;
  }
}

class SyntaxProblem extends Error {
  readonly line: number;
  readonly column: number;

  constructor(text: string, bytes: Buffer, position: number) {
    super(text);
    // A fault at a line break counts as one at the beginning of the next line.
    const before = bytes.subarray(0, position + 1);
    const lastBreak = before.lastIndexOf(0x0a);
    this.line = before.filter((byte) => byte === 0x0a).length + 1;
    this.column = position - lastBreak;
    // Behind the end of the text the column is that of its last character.
    if (position >= bytes.length) {
      this.column -= 1;
    }
  }
}

const maximumDepth = 200;

/** Reads JSON only to find its first fault. */
class JsonReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(text: string) {
    this.#bytes = Buffer.from(text);
  }

  document(): void {
    this.#value(0);
    this.#space();
    if (this.#position < this.#bytes.length) {
      this.#fail('trailing characters');
    }
  }

  #value(depth: number): void {
    this.#space();
    const byte = this.#peek();
    if (byte === '') {
      this.#fail('EOF while parsing a value');
    } else if (byte === '{' || byte === '[') {
      if (depth >= maximumDepth) {
        this.#fail('recursion limit exceeded');
      }
      this.#position += 1;
      if (byte === '{') {
        this.#object(depth);
      } else {
        this.#array(depth);
      }
    } else if (byte === '"') {
      this.#string();
    } else if (/[-0-9]/.test(byte)) {
      this.#number();
    } else {
      const word = { t: 'true', f: 'false', n: 'null', N: 'NaN', I: 'Infinity' }[byte];
      if (word === undefined) {
        this.#fail('expected value');
      } else {
        this.#word(word);
      }
    }
  }

  #array(depth: number): void {
    this.#space();
    if (this.#peek() === ']') {
      this.#position += 1;
      return;
    }
    if (this.#peek() === '') {
      this.#fail('EOF while parsing a list');
    }
    for (;;) {
      this.#value(depth + 1);
      if (this.#isEnd(']', 'a list', 'expected `,` or `]`')) {
        return;
      }
    }
  }

  #object(depth: number): void {
    this.#space();
    if (this.#peek() === '}') {
      this.#position += 1;
      return;
    }
    if (this.#peek() === '') {
      this.#fail('EOF while parsing an object');
    }
    for (;;) {
      this.#space();
      if (this.#peek() !== '"') {
        this.#fail('key must be a string');
      }
      this.#string();
      this.#space();
      if (this.#peek() !== ':') {
        this.#fail(this.#peek() === '' ? 'EOF while parsing an object' : 'expected `:`');
      }
      this.#position += 1;
      this.#value(depth + 1);
      if (this.#isEnd('}', 'an object', 'expected `,` or `}`')) {
        return;
      }
    }
  }

  /** After an item: true at the closing bracket, false after a comma. */
  #isEnd(closing: string, container: string, otherwise: string): boolean {
    this.#space();
    const byte = this.#peek();
    if (byte === closing) {
      this.#position += 1;
      return true;
    }
    if (byte !== ',') {
      this.#fail(byte === '' ? `EOF while parsing ${container}` : otherwise);
    }
    this.#position += 1;
    this.#space();
    if (this.#peek() === closing) {
      this.#fail('trailing comma');
    }
    if (this.#peek() === '') {
      this.#fail('EOF while parsing a value');
    }
    return false;
  }

  #string(): void {
    for (this.#position += 1; ; this.#position += 1) {
      const byte = this.#peek();
      if (byte === '') {
        this.#fail('EOF while parsing a string');
      } else if (byte === '"') {
        this.#position += 1;
        return;
      } else if (byte === '\\') {
        this.#escape();
      } else if (byte < ' ') {
        this.#fail('control character (\\u0000-\\u001F) found while parsing a string');
      }
    }
  }

  #escape(): void {
    this.#position += 1;
    const byte = this.#peek();
    if (byte === '') {
      this.#fail('EOF while parsing a string');
    }
    if (byte === 'u') {
      for (let digit = 0; digit < 4; digit += 1) {
        this.#position += 1;
        if (!/[0-9a-fA-F]/.test(this.#peek())) {
          this.#fail(this.#peek() === '' ? 'EOF while parsing a string' : 'invalid escape');
        }
      }
    } else if (!'"\\/bfnrt'.includes(byte)) {
      this.#fail('invalid escape');
    }
  }

  #number(): void {
    const rest = this.#bytes.toString('latin1', this.#position);
    if (rest.startsWith('-I')) {
      this.#position += 1;
      this.#word('Infinity');
      return;
    }
    const length = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/.exec(rest)?.[0].length ?? 1;
    // What makes a number of this that is none: a zero before digits, a point or an exponent without digits.
    const broken = /^-?0(?=\d)|^-(?!\d)|^-?\d+\.(?!\d)|^-?\d+(?:\.\d+)?[eE][+-]?(?!\d)/.exec(rest);
    this.#position += broken === null ? length : broken[0].length;
    if (broken !== null) {
      this.#fail(this.#peek() === '' ? 'EOF while parsing a value' : 'invalid number');
    }
  }

  #word(word: string): void {
    for (const letter of word) {
      if (this.#peek() !== letter) {
        this.#fail(this.#peek() === '' ? 'EOF while parsing a value' : 'expected ident');
      }
      this.#position += 1;
    }
  }

  #space(): void {
    while (/[ \t\n\r]/.test(this.#peek())) {
      this.#position += 1;
    }
  }

  #peek(): string {
    const byte = this.#bytes[this.#position];
    return byte === undefined ? '' : String.fromCharCode(byte);
  }

  #fail(text: string): never {
    throw new SyntaxProblem(text, this.#bytes, this.#position);
  }
}
