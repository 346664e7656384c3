/** As much of the platform's WebAssembly as is used: a language without effects, as regular expressions are one. */

export interface Memory {
  readonly buffer: ArrayBuffer;
}

export interface Instance {
  readonly exports: Readonly<Record<string, unknown>>;
}

export type CompiledModule = object;

interface Platform {
  readonly Module: new (bytes: Uint8Array) => CompiledModule;
  readonly Instance: new (module: CompiledModule, imports: object) => Instance;
  readonly Memory: new (limits: { readonly initial: number; readonly maximum: number }) => Memory;
}

declare const WebAssembly: Platform;

export function compileModule(bytes: Uint8Array): CompiledModule {
  return new WebAssembly.Module(bytes);
}

export function instantiate(module: CompiledModule, imports: object): Instance {
  return new WebAssembly.Instance(module, imports);
}

/** A memory of so many pages of 64 KiB, all zero. */
export function createMemory(initial: number, maximum: number): Memory {
  return new WebAssembly.Memory({ initial, maximum });
}
