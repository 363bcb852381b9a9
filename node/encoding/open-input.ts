import { open } from 'node:fs/promises'
import { isWindow } from './window-address.ts'

/** An input that can be looked into anywhere: a file, or a window of this node's own. */
export type OpenInput = AsyncDisposable & {
  /** The bytes at a place; fewer where the input ends before. */
  read(at: number, length: number): Promise<Buffer>
}

/** Rejects as opening a file does. */
export async function openInput(input: string): Promise<OpenInput> {
  if (isWindow(input)) return openWindow(input)
  const file = await open(input)
  return {
    read: async (at, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at)
      return buffer.subarray(0, bytesRead)
    },
    [Symbol.asyncDispose]: () => file.close(),
  }
}

/** Bytes of a window, by its address. Rejects where it shows no such file. */
export async function windowBytes(address: string): Promise<number> {
  const { status, headers } = await fetch(address, { method: 'HEAD' })
  if (status !== 200) throw new Error(`the window answers ${status}`)
  return Number(headers.get('content-length'))
}

function openWindow(address: string): OpenInput {
  return {
    read: async (at, length) => {
      const range = `bytes=${at}-${at + length - 1}`
      const response = await fetch(address, { headers: { range } })
      const bytes = Buffer.from(await response.arrayBuffer())
      if (response.status === 416) return Buffer.alloc(0)
      if (response.status !== 206) throw new Error(`the window answers ${response.status}`)
      return bytes
    },
    [Symbol.asyncDispose]: async () => undefined,
  }
}
