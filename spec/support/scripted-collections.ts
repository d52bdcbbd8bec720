import { isDeepStrictEqual } from 'node:util';
import { BSON, type Document } from 'mongodb';

// The few commands that the specs need, with the replies and error texts of a real server. Only what is written here is
// known: one-field equality and `$ne`, unique indexes over one field, no cursors beyond the first batch.

interface Collection {
  readonly options: Document;
  readonly documents: Document[];
  /** Of the documents, as text: a bench stores more than could be compared one by one. */
  readonly ids: Set<string>;
  readonly indexes: Document[];
}

type Reply = Document;

function failure(code: number, errmsg: string): Reply {
  return { ok: 0, code, errmsg };
}

function valueAt(document: Document, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => (value as Document | undefined)?.[key], document);
}

function matches(document: Document, filter: Document): boolean {
  return Object.entries(filter).every(([path, wanted]) => {
    const value = valueAt(document, path);
    const excluded = (wanted as Document | null)?.['$ne'];
    return excluded === undefined ? isDeepStrictEqual(value, wanted) : !isDeepStrictEqual(value, excluded);
  });
}

function idText({ _id: id }: Document): string {
  return BSON.EJSON.stringify(id);
}

/** What a scripted server has stored, by `database.collection`. */
export class ScriptedCollections {
  readonly #collections = new Map<string, Collection>();

  /** What is in a collection, by `database.collection`. */
  documents(namespace: string): readonly Document[] {
    return this.#collections.get(namespace)?.documents ?? [];
  }

  /** Carries out one command on behalf of a client. */
  run(name: string, command: Document): Reply {
    const database = String(command['$db']);
    const namespace = `${database}.${String(command[name])}`;
    switch (name) {
      case 'create':
        return this.#create(namespace, command);
      case 'insert':
        return this.#insert(namespace, command);
      case 'find':
        return this.#cursor(
          namespace,
          this.documents(namespace).filter(each => matches(each, command['filter'])),
        );
      case 'listCollections':
        return this.#listCollections(database, command);
      case 'createIndexes':
        return this.#createIndexes(namespace, command);
      case 'listIndexes':
        return this.#cursor(namespace, this.#collections.get(namespace)?.indexes ?? []);
      case 'collMod':
        return this.#modify(namespace, command);
      case 'drop':
        this.#collections.delete(namespace);
        return { ok: 1 };
      case 'dropDatabase':
        for (const key of this.#collections.keys()) if (key.startsWith(`${database}.`)) this.#collections.delete(key);
        return { ok: 1 };
      case 'ping':
      case 'endSessions':
        return { ok: 1 };
      case 'saslStart':
        // PLAIN is one message; its password is not checked, since `fail` says when a log-in is refused.
        if (command['mechanism'] === 'PLAIN') return { conversationId: 1, done: true, payload: Buffer.alloc(0), ok: 1 };
        return failure(18, 'Authentication failed.');
      default:
        return failure(59, `no such command: '${name}'`);
    }
  }

  #cursor(namespace: string, firstBatch: readonly Document[]): Reply {
    return { cursor: { id: 0n, ns: namespace, firstBatch }, ok: 1 };
  }

  #collection(namespace: string, options: Document = {}): Collection {
    const known = this.#collections.get(namespace);
    if (known !== undefined) return known;
    const made = { options, documents: [], ids: new Set<string>(), indexes: [{ v: 2, key: { _id: 1 }, name: '_id_' }] };
    this.#collections.set(namespace, made);
    return made;
  }

  #create(namespace: string, command: Document): Reply {
    const known = ['viewOn', 'pipeline', 'capped', 'size', 'timeseries', 'validator'];
    this.#collection(namespace, Object.fromEntries(Object.entries(command).filter(([key]) => known.includes(key))));
    return { ok: 1 };
  }

  #insert(namespace: string, command: Document): Reply {
    const collection = this.#collection(namespace);
    if (collection.options['viewOn'] !== undefined) return failure(166, `Namespace ${namespace} is a view`);
    const writeErrors: Document[] = [];
    let n = 0;
    for (const [index, document] of (command['documents'] as Document[]).entries()) {
      const refusal = this.#refusal(namespace, collection, document);
      if (refusal !== undefined) {
        writeErrors.push({ index, ...refusal });
        continue;
      }
      collection.documents.push(document);
      collection.ids.add(idText(document));
      n += 1;
    }
    return { n, ...(writeErrors.length > 0 && { writeErrors }), ok: 1 };
  }

  #refusal(
    namespace: string,
    { options, documents, ids, indexes }: Collection,
    document: Document,
  ): Document | undefined {
    const validator = options['validator'] as Document | undefined;
    if (validator !== undefined && !matches(document, validator)) {
      const errInfo = { failingDocumentId: document['_id'], details: { consideredValue: document } };
      return { code: 121, errmsg: 'Document failed validation', errInfo };
    }
    for (const { key, name, unique } of indexes) {
      const [path = ''] = Object.keys(key as Document);
      if (name !== '_id_' && unique !== true) continue;
      const value = valueAt(document, path);
      const isKnown =
        name === '_id_'
          ? ids.has(idText(document))
          : documents.some(other => isDeepStrictEqual(valueAt(other, path), value));
      if (!isKnown) continue;
      const keyValue = { [path]: value };
      const errmsg =
        `E11000 duplicate key error collection: ${namespace} index: ${String(name)} ` +
        `dup key: { ${path}: ${JSON.stringify(value)} }`;
      return { code: 11000, errmsg, keyPattern: key as Document, keyValue };
    }
    return undefined;
  }

  #listCollections(database: string, command: Document): Reply {
    const all = [...this.#collections]
      .filter(([namespace]) => namespace.startsWith(`${database}.`))
      .map(([namespace, { options }]) => ({ name: namespace.slice(database.length + 1), type: 'collection', options }));
    return this.#cursor(
      `${database}.$cmd.listCollections`,
      all.filter(each => matches(each, command['filter'] ?? {})),
    );
  }

  #createIndexes(namespace: string, command: Document): Reply {
    const { indexes } = this.#collection(namespace);
    for (const wanted of command['indexes'] as Document[]) {
      const sameName = indexes.find(({ name }) => name === wanted['name']);
      const sameKey = indexes.find(({ key }) => isDeepStrictEqual(key, wanted['key']));
      if (sameName !== undefined && sameName !== sameKey) {
        return failure(86, 'An existing index has the same name as the requested index.');
      }
      if (sameKey === undefined) {
        indexes.push({ v: 2, ...wanted });
      } else if (sameKey !== sameName || sameKey['expireAfterSeconds'] !== wanted['expireAfterSeconds']) {
        return failure(85, 'Index already exists with a different name or different options');
      }
    }
    return { numIndexesAfter: indexes.length, ok: 1 };
  }

  #modify(namespace: string, command: Document): Reply {
    const { name, expireAfterSeconds } = command['index'] as Document;
    const index = this.#collection(namespace).indexes.find(each => each['name'] === name);
    if (index === undefined) return failure(27, `cannot find index ${String(name)}`);
    index['expireAfterSeconds'] = expireAfterSeconds;
    return { ok: 1 };
  }
}
