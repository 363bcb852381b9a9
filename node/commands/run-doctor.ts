import { resolve } from 'node:path'
import { readEnvironment } from '../config.ts'
import { localDataPath } from '../data-directory.ts'
import { examine } from '../doctor/examine.ts'
import type { Finding } from '../doctor/finding.ts'
import { createLifetime, interrupted } from '../lifetime.ts'
import type { Palette } from '../supervisor/palette.ts'
import { createPalette } from '../supervisor/palette.ts'
import type { DoctorFlags } from './doctor.ts'
import { explain } from './explain.ts'

/** Examines the machine, tells what was found, and ends the process. */
export async function runDoctor({ data, rpc, json }: DoctorFlags): Promise<void> {
  const { signal, end } = createLifetime()
  try {
    const directory = resolve(data ?? localDataPath())
    const findings = await examine({
      search: readEnvironment().settings,
      directory,
      rpc,
      now: Date.now,
      signal,
    })
    signal.throwIfAborted()
    const isWell = findings.every(({ status }) => status !== 'fail')
    process.stdout.write(json ? `${JSON.stringify({ ok: isWell, findings })}\n` : print(findings))
    end(isWell ? 0 : 1)
  } catch (error) {
    const { code, message } = explain(signal.aborted ? signal.reason : error)
    process.stderr.write(`${code}: ${message}\n`)
    end(signal.aborted ? interrupted : 1)
  }
}

function print(findings: readonly Finding[]): string {
  const paint = createPalette(process.stdout)
  const width = Math.max(...findings.map(({ name }) => name.length))
  const lines = findings.flatMap((finding) => findingLines(finding, width, paint))
  const broken = findings.filter(({ status }) => status === 'fail').length
  const verdict =
    broken === 0
      ? paint.good('This machine can encode.')
      : paint.bad(`This machine cannot encode: ${broken} to be mended.`)
  return `${[...lines, '', verdict].join('\n')}\n`
}

function findingLines(
  { name, status, text, fix }: Finding,
  width: number,
  paint: Palette,
): readonly string[] {
  const marks = { ok: paint.good('✓'), warn: paint.strong('!'), fail: paint.bad('✗') } as const
  const line = ` ${marks[status]} ${name.padEnd(width)}  ${text}`
  return fix === null ? [line] : [line, ` ${' '.repeat(width + 4)}${paint.dim('→')} ${fix}`]
}
