import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Of a checkout, what `spk-encoder node` runs from, the built dashboard among it. */
const parts = [
  ...['node', 'market', 'protocol', 'contracts', 'ui/dist'],
  ...['package-lock.json', '.npmrc', 'LICENSE'],
]

/**
 * Lays out what an installer brings besides the shell: the program with its own Node, and the packages that it needs on this system and
 * processor. Returns npm's exit code.
 */
export function stageProgram(checkout: string, stage: string): number {
  rmSync(stage, { recursive: true, force: true })
  mkdirSync(stage, { recursive: true })
  for (const part of parts.filter((name) => existsSync(path.join(checkout, name))))
    cpSync(path.join(checkout, part), path.join(stage, part), { recursive: true })
  const text = readFileSync(path.join(checkout, 'package.json'), 'utf8')
  // Its scripts are those of a checkout: one of them builds the dashboard when npm is done.
  const { scripts: _, ...description }: Readonly<Record<string, unknown>> = JSON.parse(text)
  writeFileSync(path.join(stage, 'package.json'), JSON.stringify(description))
  const { status } = spawnSync('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], {
    ...{ cwd: stage, stdio: 'inherit' },
    // npm is a script of the shell's on Windows.
    shell: process.platform === 'win32',
  })
  // Links to commands, which nobody types there: installers write them out as copies of what they lead to.
  rmSync(path.join(stage, 'node_modules/.bin'), { recursive: true, force: true })
  return status ?? 1
}
