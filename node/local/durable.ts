import { mkdir, open, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'

/** Brings a file's bytes to the disk itself: what is renamed afterwards cannot turn out empty after a power cut. */
export async function syncFile(file: string): Promise<void> {
  await using handle = await open(file, 'r+')
  await handle.sync()
}

/** Brings a folder's names to the disk. Windows knows no such thing, and keeps them by itself. */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  await using handle = await open(folder, 'r')
  await handle.sync()
}

/** Writes a text so that whoever looks sees the old one or the new one, never half of either. */
export async function replaceText(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true })
  const unfinished = `${file}.unfinished`
  await writeFile(unfinished, text)
  await rename(unfinished, file)
}
