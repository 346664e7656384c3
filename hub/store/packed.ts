/** Texts as they are stored: Zstandard (RFC 8878), since fewer bytes cost less at a commit than compressing them does. */
import zlib from 'node:zlib';

const fastest = { params: { [zlib.constants.ZSTD_c_compressionLevel]: 1 } };
/** Where every frame of Zstandard begins. No text does. */
const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
/** Shorter ones gain nothing. */
const leastBytes = 512;

export function packed(text: string): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  return bytes.length < leastBytes ? bytes : zlib.zstdCompressSync(bytes, fastest);
}

/** The same text in UTF-8. What was stored as it is, comes as it is. */
export function unpacked(bytes: Uint8Array): Buffer {
  const given = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return given.subarray(0, magic.length).equals(magic) ? zlib.zstdDecompressSync(given) : given;
}
