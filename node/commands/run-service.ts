import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { MarketError } from '#market/errors.ts'
import { ifAbsent } from '../if-absent.ts'
import type { ServiceFile, ServicePlatform } from '../service/service-file.ts'
import { serviceFile, servicePlatforms } from '../service/service-file.ts'
import { serviceMark } from '../service/service-spec.ts'
import { explain } from './explain.ts'
import { createNodeCommand } from './node.ts'
import type { ServiceFlags } from './service.ts'

const main = fileURLToPath(new URL('../main.ts', import.meta.url))

export async function runInstall(options: readonly string[], flags: ServiceFlags): Promise<void> {
  await run(async () => {
    const file = fileOf(flags, options)
    if (flags.dryRun) {
      print(`# ${file.path}`, file.text.trimEnd(), '', ...nextSteps(file))
      return
    }
    await refuseForeign(file)
    await mkdir(dirname(file.path), { recursive: true })
    const text = file.encoding === 'utf16le' ? `\ufeff${file.text}` : file.text
    await writeFile(`${file.path}.unfinished`, text, { encoding: file.encoding, mode: 0o600 })
    await rename(`${file.path}.unfinished`, file.path)
    print(`Written: ${file.path}`, '', ...nextSteps(file))
  })
}

export async function runStatus(flags: ServiceFlags): Promise<void> {
  await run(async () => {
    const file = fileOf(flags, [])
    const known = await readKnown(file)
    if (known === null) {
      print(`Not installed: there is no ${file.path}.`)
      process.exitCode = 3
      return
    }
    const whose = known.includes(serviceMark) ? 'Installed' : 'Not of this program'
    print(`${whose}: ${file.path}`, '', 'How it does:', ...indented(file.look))
  })
}

export async function runRemove(flags: ServiceFlags): Promise<void> {
  await run(async () => {
    const file = fileOf(flags, [])
    if ((await readKnown(file)) === null) {
      print(`Not installed: there is no ${file.path}.`)
      return
    }
    await refuseForeign(file)
    if (!flags.dryRun) await rm(file.path)
    print(
      `${flags.dryRun ? 'Would be removed' : 'Removed'}: ${file.path}`,
      ...['', 'It runs on until it is stopped:', ...indented(file.stop)],
    )
  })
}

function fileOf({ account, platform }: ServiceFlags, options: readonly string[]): ServiceFile {
  const unless = (name: string, usual: string): readonly string[] =>
    options.some((option) => option === name || option.startsWith(`${name}=`)) ? [] : [name, usual]
  const args = [
    ...['--account', account],
    ...unless('--role', 'creator'),
    // Who ends a service starts it again at the next login: work that waits for that is not given back.
    ...unless('--on-stop', 'keep'),
    ...options,
  ]
  requireNodeOptions(args)
  const command = [process.execPath, main, 'node', ...args] as const
  return serviceFile(platform ?? thisPlatform(), { account, command, home: homedir() })
}

/** Finds a mistake now and not at the next login. Throws `option-invalid`. */
function requireNodeOptions(args: readonly string[]): void {
  const node = createNodeCommand()
    .exitOverride()
    .configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    .action(() => undefined)
  try {
    node.parse(args, { from: 'user' })
  } catch (error) {
    throw noNodeOption(error)
  }
}

function noNodeOption(cause: unknown): MarketError {
  const said = cause instanceof Error ? cause.message.replace(/^error: /, '') : String(cause)
  return new MarketError('option-invalid', `No node starts so: ${said}.`, {}, { cause })
}

function thisPlatform(): ServicePlatform {
  const found = servicePlatforms.find((name) => name === process.platform)
  if (found) return found
  throw new MarketError(
    'unsupported-here',
    `How ${process.platform} starts programs at login is not known here; run spk-encoder node from whatever does.`,
  )
}

async function refuseForeign(file: ServiceFile): Promise<void> {
  const known = await readKnown(file)
  if (known === null || known.includes(serviceMark)) return
  throw new MarketError(
    'data-foreign',
    `${file.path} was not written by this program; move it away.`,
  )
}

async function readKnown({ path, encoding }: ServiceFile): Promise<string | null> {
  return await readFile(path, encoding).catch(ifAbsent(null))
}

function nextSteps({ start, look }: ServiceFile): readonly string[] {
  return ['To start it now:', ...indented(start), '', 'How it does:', ...indented(look)]
}

function indented(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`)
}

function print(...lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

async function run(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    const { code, message } = explain(error)
    process.stderr.write(`${code}: ${message}\n`)
    process.exitCode = 1
  }
}
