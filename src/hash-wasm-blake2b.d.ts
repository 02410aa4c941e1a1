/** The BLAKE2b half of hash-wasm on its own: 16 KB in a bundle instead of 220. The package types only its main entry. */
declare module 'hash-wasm/dist/blake2b.umd.min.js' {
  import type { createBLAKE2b } from 'hash-wasm';

  const blake2b: { readonly createBLAKE2b: typeof createBLAKE2b };
  export = blake2b;
}
