// The two globals that Node and browsers share and that decoding needs. Declared here and not taken from `lib.dom` or
// `@types/node`, so that the compiler refuses every other global of either world in this package.
declare class TextDecoder {
  constructor(label: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes: Uint8Array): string;
}
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
