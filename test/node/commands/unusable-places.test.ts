import { chmod, readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { openDataDirectory } from '#node/data-directory.ts'
import { fileCid } from '#node/encoding/file-cid.ts'
import { openOutputFolder } from '#node/local/output-folder.ts'
import { contractRecipe as recipe } from '#protocol/recipe.ts'
import { runAsNobody, runCommand } from '#test/support/command.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'
import { makeTinyClip } from '#test/support/tiny-clip.ts'

const notAllowed = 'this user may not write there'

describe.runIf(process.platform === 'linux')('a data directory of another user', () => {
  test.each([
    ['encode', ['encode', 'package.json']],
    ['benchmark', ['benchmark']],
  ])('%s says in one sentence that it cannot be used, and what to do', async (_, line) => {
    const folder = await makeFolder()
    for (const data of [folder, path.join(folder, 'absent')])
      expect(await runAsNobody([...line, '--data', data])).toEqual({
        code: 1,
        stdout: '',
        stderr: `data-unusable: ${data} cannot hold data: ${notAllowed}; choose another --data directory.\n`,
      })
  })

  test('doctor gives the command that mends it, and looks at everything else', async () => {
    const folder = await makeFolder()
    await chmod(folder, 0o755)
    const fixes = [
      [folder, `sudo chown -R "$USER" ${folder}`],
      [path.join(folder, 'absent'), `sudo install -d -m 700 -o "$USER" ${folder}/absent`],
    ] as const
    for (const [data, fix] of fixes) {
      const { code, stdout, stderr } = await runAsNobody(['doctor', '--json', '--data', data])
      expect({ code, stderr }).toEqual({ code: 1, stderr: '' })
      const { findings } = JSON.parse(stdout)
      expect(findings).toContainEqual({
        name: 'disk',
        status: 'fail',
        text: `${data} cannot hold data: ${notAllowed}; choose another --data directory.`,
        fix,
      })
      expect(findings).toContainEqual(expect.objectContaining({ name: 'class', status: 'ok' }))
    }
  })
})

describe('the folder of a tree', () => {
  let clip: string
  const data = makeFolder()

  beforeAll(async () => {
    const folder = await makeFolder()
    await chmod(folder, 0o755)
    clip = path.join(folder, 'clip.mp4')
    await makeTinyClip(clip)
  })

  const encodeTo = async (out: string) =>
    await runCommand(['encode', clip, '--out', out, '--data', await data])

  test.runIf(process.platform === 'linux')('that may not be written is told as --out', async () => {
    const out = await makeFolder()
    await chmod(out, 0o755)
    const own = path.join(await makeFolder(), 'data')
    await chmod(path.dirname(own), 0o777)
    const line = ['encode', clip, '--out', out, '--data', own]
    const { code, stderr } = await runAsNobody(line)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `data-unusable: ${out} cannot hold data: ${notAllowed}; choose another --out folder.\n`,
    })
  })

  test('that another process works in is told as --out', async () => {
    const out = await makeFolder()
    using _other = openDataDirectory(path.join(out, '.spk-encoder'))
    expect((await encodeTo(out)).stderr).toBe(
      `data-locked: ${out} is in use by another process; stop it, or choose another --out folder.\n`,
    )
  })

  test('is readable as its maker’s files are, once finished and while it is made', async () => {
    const out = path.join(await makeFolder(), 'deep', 'tree')
    const [ofFiles, ofFolders] = [0o666 & ~process.umask(), 0o777 & ~process.umask()]
    const modeOf = async (name: string) => (await stat(path.join(out, name))).mode & 0o777
    const opened = await openOutputFolder(out, { source: await fileCid(clip), recipe })
    expect([await modeOf('..'), await modeOf('.')]).toEqual([ofFolders, ofFolders])
    expect(await modeOf('.spk-encoder')).toBe(0o700)
    await opened[Symbol.asyncDispose]()
    expect(await encodeTo(out)).toMatchObject({ code: 0, stderr: '' })
    const names = await readdir(out, { recursive: true })
    const modes = new Set(await Promise.all(names.map(modeOf)))
    expect([...modes].toSorted()).toEqual([ofFiles, ofFolders])
  })
})
