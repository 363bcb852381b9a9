import { execFileSync } from 'node:child_process'
import { chmod, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { guardInput } from '#node/encoding/input-guard.ts'
import { runAsNobody } from '#test/support/command.ts'
import { makeFolder } from '#test/support/ffmpeg.ts'

describe.runIf(process.platform === 'linux')('an input that is no file to be read', () => {
  test('is told to be a pipe', async () => {
    const pipe = path.join(await makeFolder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    await expect(guardInput(pipe)).rejects.toMatchObject({
      code: 'input-unreadable',
      message: 'This is no regular file but a pipe; write the video to a file first.',
    })
  })

  test('is told to be a device', async () => {
    await expect(guardInput('/dev/zero')).rejects.toMatchObject({
      code: 'input-unreadable',
      message: 'This is no regular file but a device; write the video to a file first.',
    })
  })

  test('is told to be a folder, or not to be there', async () => {
    const folder = await makeFolder()
    await expect(guardInput(folder)).rejects.toMatchObject({
      code: 'input-missing',
      message: 'There is no such file, only a folder.',
    })
    await expect(guardInput(path.join(folder, 'none'))).rejects.toMatchObject({
      code: 'input-missing',
      message: 'There is no such file.',
    })
  })

  test('is told with the command that permits to read it', async () => {
    const folder = await makeFolder()
    await chmod(folder, 0o777)
    const file = path.join(folder, 'a film.mp4')
    await writeFile(file, 'a film', { mode: 0o600 })
    const data = path.join(folder, 'data')
    const { stdout, stderr } = await runAsNobody(['encode', file, '--data', data, '--json'])
    expect(stderr).toBe('')
    const { error } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
    expect(error).toEqual({
      code: 'input-unreadable',
      message: `The file may not be read by this user; permit it: sudo chmod o+r '${file}'`,
    })
  })

  test('is told to lie where one may not go', async () => {
    const folder = await makeFolder()
    const data = path.join(await makeFolder(), 'data')
    await chmod(path.dirname(data), 0o777)
    const file = path.join(folder, 'film.mp4')
    const { stderr } = await runAsNobody(['encode', file, '--data', data])
    expect(stderr).toBe(
      'input-unreadable: The file may not be looked at: this user may not enter a folder that it lies in.\n',
    )
  })
})
