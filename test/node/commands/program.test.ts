import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { createProgram } from '#node/commands/program.ts'
import { runCommand } from '../../support/command.ts'

const commands = createProgram('1.2.3').commands
const everyCommand = commands.flatMap((command) => [command, ...command.commands])

describe.each(everyCommand.map((command) => [command.name(), command] as const))(
  '%s',
  (_, command) => {
    const help = command.createHelp()
    const options = command.options.map((option) => [option.long ?? '', option] as const)

    test.each(options)('the help says what %s is', (_name, option) => {
      expect(help.optionDescription(option).length).toBeGreaterThan(10)
      expect(command.helpInformation()).toContain(option.flags)
    })

    test('an option that has to be given is called required', () => {
      for (const option of command.options.filter(({ mandatory }) => mandatory))
        expect(option.description).toContain('(required)')
    })
  },
)

test('the version is that of the package', async () => {
  const { version } = JSON.parse(
    await readFile(new URL('../../../package.json', import.meta.url), 'utf8'),
  )
  expect(await runCommand(['--version'])).toEqual({ code: 0, stdout: version, stderr: '' })
})

test('help goes to standard output, names every command and has no colour', async () => {
  const { code, stdout, stderr } = await runCommand(['--help'])
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const { name } of commands.map((command) => ({ name: command.name() })))
    expect(stdout).toMatch(new RegExp(`^  ${name} `, 'm'))
  expect(stdout).not.toContain('\u001b')
})

test.each([
  ['market --colour', "Unknown option '--colour' (see spk-encoder market --help)."],
  ['market --intervall 3', "Unknown option '--intervall' (did you mean --interval?)."],
  [
    'market --interval soon',
    "Option '--interval <seconds>' argument 'soon' is invalid: not a number (see spk-encoder market --help).",
  ],
  [
    'market --workers 0',
    "Option '--workers <count>' argument '0' is invalid: not a whole number from 1 to 256 (see spk-encoder market --help).",
  ],
  [
    'market extra',
    "Too many arguments for 'market', expected 0 arguments but got 1: extra (see spk-encoder market --help).",
  ],
  ['node', "Required option '--account <name>' not specified (see spk-encoder node --help)."],
  [
    'keys import --account alice',
    "Required option '--role <role>' not specified (see spk-encoder keys import --help).",
  ],
  [
    'encode -dash.mp4',
    "Unknown option '-dash.mp4' (a file of that name is written ./-dash.mp4, or after --).",
  ],
  ['mark', "Unknown command 'mark' (did you mean market?)."],
])('%s is answered with one sentence', async (line, sentence) => {
  expect(await runCommand(line.split(' '))).toEqual({
    code: 1,
    stdout: '',
    stderr: `option-invalid: ${sentence}\n`,
  })
})

test('what stands behind a subcommand is its own, though the command before it knows options of that name', async () => {
  const line = ['market', 'watch', '--account', 'alice', '--data', '/nowhere', '--json']
  const { code, stdout, stderr } = await runCommand(line)
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({
    error: { code: 'peer-unreachable', message: expect.stringContaining(' in /nowhere;') },
  })
})
