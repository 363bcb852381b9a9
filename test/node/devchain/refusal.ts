import { z } from 'zod'

const RpcError = z.object({ message: z.string(), jse_info: z.looseObject({ name: z.string() }) })

/** What dhive's error says of a call that must fail: hived's name for it, and the text. */
export async function refusal(
  outcome: Promise<unknown>,
): Promise<{ readonly name: string; readonly message: string }> {
  const error = await outcome.then(
    () => null,
    (reason: unknown) => reason,
  )
  if (error === null) throw new Error('the call was accepted')
  const { message, jse_info } = RpcError.parse(error)
  return { name: jse_info.name, message }
}
