import { z } from 'zod'
import { aFreePort, until } from '../peers.ts'
import type { Desktop } from './desktop.ts'
import { driverFile, shellFile, start } from './desktop.ts'

/** The shell's window, through the protocol of WebDriver. */
export type DrivenWindow = AsyncDisposable & {
  /** Of the driver, whose descendants the shell and its node are. */
  readonly pid: number
  url(): Promise<string>
  /** What the body of the page reads. */
  text(): Promise<string>
  /** Runs the body of a function in the page; resolves to what it returns, or to what its promise does. */
  run(body: string, ...args: readonly unknown[]): Promise<unknown>
  screenshot(): Promise<Buffer>
}

const Answer = z.object({ value: z.unknown() })
const Session = z.object({ sessionId: z.string() })

/** Starts the shell with a driver at its window. Disposing ends the driver, and the shell with it. */
export async function openDrivenWindow({ environment }: Desktop): Promise<DrivenWindow> {
  await using starting = new AsyncDisposableStack()
  const [port, nativePort] = [await aFreePort(), await aFreePort()]
  const ports = ['--port', `${port}`, '--native-port', `${nativePort}`]
  const driver = starting.use(start(driverFile, ports, environment))
  const base = `http://127.0.0.1:${port}`
  const call = async (method: string, where: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(base + where, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const { value } = Answer.parse(await response.json())
    if (!response.ok) throw new Error(`WebDriver ${where}: ${JSON.stringify(value)}`)
    return value
  }
  await until(() =>
    call('GET', '/status').then(
      () => true,
      () => false,
    ),
  )
  const capabilities = { alwaysMatch: { 'tauri:options': { application: shellFile } } }
  const { sessionId } = Session.parse(await call('POST', '/session', { capabilities }))
  const session = `/session/${sessionId}`
  starting.defer(async () => {
    await call('DELETE', session).catch(() => undefined)
  })
  const run = (body: string, ...args: readonly unknown[]): Promise<unknown> =>
    call('POST', `${session}/execute/sync`, { script: body, args })
  const stack = starting.move()
  return {
    pid: driver.process.pid ?? 0,
    url: async () => z.string().parse(await call('GET', `${session}/url`)),
    text: async () => z.string().parse(await run('return document.body.innerText')),
    run,
    screenshot: async () =>
      Buffer.from(z.string().parse(await call('GET', `${session}/screenshot`)), 'base64'),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}
