import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { constants, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { builtDashboard } from '#test/support/built-dashboard.ts'

/** Kilobytes of JavaScript, packed, that any page may need before it shows itself. */
const limitKb = 130
/** What comes only when it is wanted: the player, charts, and what encodes. */
const lazily =
  /^(stream-player|line-canvas|long-rows|upload-source|encode-worker|mediabunny|recompute)/

/** A file and all that it imports as it begins, once each. */
async function withImports(
  folder: string,
  file: string,
  seen: Map<string, number>,
): Promise<Map<string, number>> {
  if (seen.has(file)) return seen
  const text = await readFile(join(folder, file), 'utf8')
  seen.set(file, gzipSync(text, { level: constants.Z_BEST_COMPRESSION }).length)
  for (const [, name = ''] of text.matchAll(/(?:from|import)\s*["']\.\/([^"']+\.js)["']/g))
    await withImports(folder, name, seen)
  return seen
}

test('no page needs more than its share before it shows itself', async () => {
  const folder = join(await builtDashboard(), 'assets')
  const html = await readFile(join(folder, '..', 'index.html'), 'utf8')
  const [, entry = ''] = /src="\/assets\/(index-[^"]+\.js)"/.exec(html) ?? []
  const pages = (await readdir(folder)).filter((file) => /-(page|part)-.*\.js$/.test(file))
  expect(pages.length).toBeGreaterThanOrEqual(15)
  for (const page of pages) {
    const needed = await withImports(folder, page, await withImports(folder, entry, new Map()))
    expect([...needed.keys()].filter((file) => lazily.test(file))).toEqual([])
    const kilobytes = [...needed.values()].reduce((sum, bytes) => sum + bytes, 0) / 1_000
    expect(kilobytes, page).toBeLessThanOrEqual(limitKb)
  }
}, 120_000)
