import { readFile, writeFile } from 'node:fs/promises'
import { cpus } from 'node:os'

export type Section = {
  /** What marks the section's place in the file. */
  readonly name: string
  readonly title: string
  /** How the figures were measured, in a sentence. */
  readonly how: string
  readonly lines: readonly string[]
}

/** Puts figures into RESULTS.md, in the place of those before, where `--record` is given. */
export async function recordSection({ name, title, how, lines }: Section): Promise<void> {
  if (!process.argv.includes('--record')) return
  const file = new URL('RESULTS.md', import.meta.url)
  const text = await readFile(file, 'utf8')
  const machine = `${cpus().length} processors (${cpus()[0]?.model.trim()}, shared), Node ${process.version}`
  const marks = [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`] as const
  const section = [
    marks[0],
    `## ${title}`,
    '',
    `${machine}; ${how}`,
    '',
    ...lines.map((line) => `- ${line}`),
    marks[1],
  ].join('\n')
  const begin = text.indexOf(marks[0])
  const rest =
    begin < 0
      ? `${text.trimEnd()}\n\n${section}\n`
      : text.slice(0, begin) + section + text.slice(text.indexOf(marks[1]) + marks[1].length)
  await writeFile(file, rest)
}
