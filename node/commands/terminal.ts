import type { Terminal } from '../keystore/prompt.ts'

/** Whoever sits in front of this process; null where its input is a file or a pipe. Questions go where errors go. */
export function terminal(): Terminal | null {
  return process.stdin.isTTY ? { input: process.stdin, output: process.stderr } : null
}
