/**
 * For V8, of a process that serves: by how much the old generation of its heap may grow until the next full collection. Without it, V8
 * allows up to 300 %. What lives through two collections of the young generation, as held polls do, is garbage soon after.
 */
export const HEAP_FLAG = '--heap-growing-percent=50'
