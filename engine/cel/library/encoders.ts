/** The encoders extension of CEL: https://github.com/google/cel-go/tree/master/ext#encoders */

import { decodeBase64, encodeBase64 } from '../../base64.ts';
import type { FunctionDeclaration } from '../function.ts';
import { bytes, string } from '../type.ts';
import { Bytes, celError, type Result } from '../value.ts';
import { func, textCost } from './declare.ts';

export const encoders: readonly FunctionDeclaration[] = [
  func('base64.encode', {
    parameters: [bytes],
    result: string,
    cost: (value: Bytes) => value.value.length / 10,
    call: (value: Bytes) => encodeBase64(value.value),
  }),
  func('base64.decode', { parameters: [string], result: bytes, cost: textCost, call: decode }),
];

function decode(text: string): Result {
  const decoded = decodeBase64(text);
  return decoded === null ? celError('the text is not base64') : new Bytes(decoded);
}
