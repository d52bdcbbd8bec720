// One rule of the redaction each, and a change that switches it off. `find` must stand in the compiled file exactly once:
// a rule that was rewritten needs a new mutation, and the check says so.

const redact = file => `redact/${file}.js`;

export const MUTATIONS = [
  {
    rule: 'marks of properties',
    file: redact('plans'),
    find: 'const stated = marks.get(property);',
    replace: 'const stated = undefined;',
  },
  {
    rule: 'marks of parent classes',
    file: 'decorators/metadata.js',
    find: 'return Reflect.getMetadata(SENSITIVE_PROPERTIES, owner)',
    replace: 'return Reflect.getOwnMetadata(SENSITIVE_PROPERTIES, owner)',
  },
  {
    rule: 'classes marked as a whole',
    file: 'decorators/metadata.js',
    find: 'return Reflect.getMetadata(SENSITIVE_CLASS, owner);',
    replace: 'return undefined;',
  },
  {
    rule: 'nested classes by @Type or declared type',
    file: redact('plans'),
    find: 'const plan = type && this.#open(type);',
    replace: 'const plan = undefined;',
  },
  {
    rule: 'elements of lists',
    file: redact('walk'),
    find: 'this.#place(value, expected, hint && (0, follow_hint_1.elementHint)(hint, at), frame, at)',
    replace: 'this.#place(value, NOTHING, null, frame, at)',
  },
  {
    rule: 'elements of lists, in text',
    file: redact('text-walk'),
    find: 'this.#value(at, shape, isDeclared, hint && (0, follow_hint_1.elementHint)(hint, index), index)',
    replace: 'this.#value(at, null, isDeclared, null, index)',
  },
  {
    rule: 'marks of members, in text',
    file: redact('text-walk'),
    find: 'const { name, key, mark } = member;',
    replace: 'const { name, key } = member, mark = null;',
  },
  {
    rule: 'members of maps',
    file: redact('dto-metadata'),
    find: "metadata.reflectedType === Map ? 'map' : undefined",
    replace: 'undefined',
  },
  {
    rule: 'sub types told by a discriminator',
    file: redact('plan'),
    find: "(typeof subType === 'string' && shape.plans.get(subType)) || shape.otherwise",
    replace: '[...shape.plans.values()][0] || shape.otherwise',
  },
  {
    rule: 'sub types that are not told',
    file: redact('plans'),
    find: 'otherwise: this.known.unionOf(candidates),',
    replace: 'otherwise: this.#bare,',
  },
  {
    rule: 'names given by @Expose',
    file: redact('plans'),
    find: 'if (name === property)',
    replace: 'if (true)',
  },
  {
    rule: 'classes of live responses',
    file: redact('type-hints'),
    find: 'return new Reading(this, this.#members, this.#memo, secrets).run(live);',
    replace: 'return null;',
  },
  {
    rule: 'objects that travel as JSON text',
    file: redact('walk'),
    find: 'return this.#place(parsed, expected, null, parent, key);',
    replace: 'return text;',
  },
  {
    rule: 'JSON inside texts that no class tells of',
    file: redact('walk'),
    find: 'return this.#redactJsonText(text, isOfClass, parent, key);',
    replace: 'return text;',
  },
  {
    rule: 'marks of parameters',
    file: 'capture/action-binding.js',
    find: 'const mark = marks.get(param.index);',
    replace: 'const mark = undefined;',
  },
  {
    rule: 'the class of a body',
    file: redact('record-redaction'),
    find: "this.#draftBody(request.body, body, 'request')",
    replace: "this.#draftBody(request.body, null, 'request')",
  },
  {
    rule: 'names of the default list',
    file: redact('name-rules'),
    find: 'if (this.#wholeNames.has(whole))',
    replace: 'return false; if (this.#wholeNames.has(whole))',
  },
  {
    rule: 'names that some class marks',
    file: redact('name-rules'),
    find: 'learned: this.#learned.has(whole.whole) ||',
    replace: 'learned: false &&',
  },
  {
    rule: 'spellings of names',
    file: redact('fold-name'),
    find: 'function foldName(name) {',
    replace: 'function foldName(name) { return { whole: name, words: [name] };',
  },
  {
    rule: 'names of headers',
    file: redact('redact-headers'),
    find: 'rule.isSensitive ? plan_1.REDACT : null',
    replace: 'null',
  },
  {
    rule: 'marks of header parameters',
    file: redact('redact-headers'),
    find: 'const field = this.#headers?.fields.get(name);',
    replace: 'const field = undefined;',
  },
  {
    rule: 'cookies',
    file: redact('redact-headers'),
    find: 'const redacted = this.#rules.marks.apply(field?.mark ?? plan_1.REDACT, value, this.#notes, header, name);',
    replace: 'const redacted = value;',
  },
  {
    rule: 'queries',
    file: redact('redact-target'),
    find: "const redacted = new walk_1.Walk(rules, notes, { direction: 'request' }).runMembers(values, 'request.query', plan);",
    replace: 'const redacted = values;',
  },
  {
    rule: 'the path of sensitive parameters',
    file: redact('redact-target'),
    find: 'cleaned = replaceInPath(cleaned, value, recorded);',
    replace: '',
  },
  {
    rule: 'forms',
    file: redact('redact-body'),
    find: 'if (mayHoldHalfPairs(body.text))',
    replace: "if (body.format === 'form') return { body: readForm(body.text) };\nif (mayHoldHalfPairs(body.text))",
  },
  {
    rule: 'fail closed: JSON that cannot be parsed',
    file: redact('redact-body'),
    find: "return { bodyOmitted: 'unparsable' };",
    replace: 'return { body: body.text };',
  },
  {
    rule: 'fail closed: text that is no JSON',
    file: 'capture/captured-body.js',
    find: "if (!JSON_TYPE.test(type))\n        return { kind: 'omitted', why: 'unparsable' };",
    replace:
      "if (!JSON_TYPE.test(type)) return { kind: 'text', text: JSON.stringify(sentBody), format: 'json', hint: null };",
  },
  {
    rule: 'known values in all other texts',
    file: redact('known-values'),
    find: 'removeFrom(text) {',
    replace: 'removeFrom(text) { return text;',
  },
  {
    rule: 'known values as JSON and URLs write them',
    file: redact('known-values'),
    find: 'let decoded = (0, decode_escapes_1.decodeEscapes)(text);',
    replace: 'let decoded = undefined;',
  },
  {
    rule: 'URLs in messages and headers',
    file: redact('clean-text'),
    find: 'function redactUrls(text, isSensitive, known) {',
    replace: 'function redactUrls(text, isSensitive, known) { return text;',
  },
  {
    rule: 'input that parsers quote',
    file: redact('clean-text'),
    find: 'return removeRefusedParameter(removeRefusedJson(text), isSensitive);',
    replace: 'return text;',
  },
  {
    rule: 'sensitive properties that a validation refused',
    file: redact('validation-errors'),
    find: 'isSensitive: isWithin || isSensitive,',
    replace: 'isSensitive: false,',
  },
  {
    rule: 'the answer to a failed validation',
    file: 'capture/error-answers.js',
    find: 'context.body = { ...body, errors: cleaned };',
    replace: 'context.body = { ...body, errors };',
  },
  {
    rule: 'attributes of hooks',
    file: redact('redactor'),
    find: "const redacted = walk.runMembers(structuredClone(attributes), 'attributes', null);",
    replace: 'const redacted = structuredClone(attributes);',
  },
];
