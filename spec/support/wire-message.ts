import { BSON, type Document } from 'mongodb';

// The two message kinds of the wire protocol that a driver sends: OP_MSG, and OP_QUERY for its very first hello.
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const HEADER_BYTES = 16;
const MORE_TO_COME = 2;

export interface WireRequest {
  readonly requestId: number;
  readonly opCode: number;
  /** The command with its document sequences put in place. */
  readonly command: Document;
  readonly expectsReply: boolean;
}

/** Length of the first message in `bytes`, or `undefined` until all of it has arrived. */
export function messageLength(bytes: Buffer): number | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const length = bytes.readInt32LE(0);
  return bytes.length >= length ? length : undefined;
}

function documentAt(bytes: Buffer, offset: number): { readonly document: Document; readonly end: number } {
  const end = offset + bytes.readInt32LE(offset);
  return { document: BSON.deserialize(bytes.subarray(offset, end)), end };
}

function readSections(bytes: Buffer): Document {
  const command: Document = {};
  for (let offset = HEADER_BYTES + 4; offset < bytes.length;) {
    const kind = bytes[offset];
    if (kind === 0) {
      const { document, end } = documentAt(bytes, offset + 1);
      Object.assign(command, document);
      offset = end;
      continue;
    }
    const sectionEnd = offset + 1 + bytes.readInt32LE(offset + 1);
    const nameEnd = bytes.indexOf(0, offset + 5);
    const documents: Document[] = [];
    for (let at = nameEnd + 1; at < sectionEnd;) {
      const { document, end } = documentAt(bytes, at);
      documents.push(document);
      at = end;
    }
    command[bytes.toString('utf8', offset + 5, nameEnd)] = documents;
    offset = sectionEnd;
  }
  return command;
}

export function decodeRequest(bytes: Buffer): WireRequest {
  const requestId = bytes.readInt32LE(4);
  const opCode = bytes.readInt32LE(12);
  if (opCode === OP_QUERY) {
    const nameEnd = bytes.indexOf(0, HEADER_BYTES + 4);
    return { requestId, opCode, command: documentAt(bytes, nameEnd + 9).document, expectsReply: true };
  }
  if (opCode !== OP_MSG) throw new Error(`wire operation ${opCode} is not scripted`);
  const flags = bytes.readInt32LE(HEADER_BYTES);
  return { requestId, opCode, command: readSections(bytes), expectsReply: (flags & MORE_TO_COME) === 0 };
}

export function encodeReply({ requestId, opCode }: WireRequest, reply: Document): Buffer {
  const body = BSON.serialize(reply);
  // OP_REPLY: flags, cursor id, starting from, one document. OP_MSG: flags, then one section of kind 0.
  const prefix = Buffer.alloc(opCode === OP_QUERY ? 20 : 5);
  if (opCode === OP_QUERY) prefix.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + prefix.length + body.length, 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(opCode === OP_QUERY ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, prefix, body]);
}
