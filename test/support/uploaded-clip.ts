import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { developmentSignatureRoute } from '#protocol/api/development.ts'
import { challengeRoute, signInRoute } from '#protocol/api/sessions.ts'
import { uploadStatusRoute, uploadsPath } from '#protocol/api/uploads.ts'
import { createClient } from '#protocol/client.ts'
import type { Cid, HiveAccount } from '#protocol/ids.ts'
import { UploadId } from '#protocol/ids.ts'
import { makeFolder } from './ffmpeg.ts'
import { until } from './peers.ts'
import { makeTinyClip } from './tiny-clip.ts'

/** Uploads a small video to a server that signs for an account, and resolves once it is content there. */
export async function uploadedClip(url: string, account: HiveAccount): Promise<Cid> {
  const file = join(await makeFolder(), 'clip.mp4')
  await makeTinyClip(file, 102, 2)
  const bytes = await readFile(file)
  const authorization = `Bearer ${await tokenFor(url, account)}`
  const tus = { authorization, 'tus-resumable': '1.0.0' }
  const begun = await fetch(`${url}${uploadsPath}`, {
    method: 'POST',
    headers: { ...tus, 'upload-length': String(bytes.length) },
  })
  const id = UploadId.parse(begun.headers.get('location')?.split('/').at(-1))
  await fetch(`${url}${uploadsPath}/${id}`, {
    method: 'PATCH',
    headers: { ...tus, 'upload-offset': '0', 'content-type': 'application/offset+octet-stream' },
    body: bytes,
  })
  const call = createClient({ url, headers: () => ({ authorization }) })
  const found: Cid[] = []
  await until(async () => {
    const status = await call(uploadStatusRoute, { params: { id } })
    if (status.phase === 'refused') throw new Error(status.message)
    if (status.phase === 'ready') found.push(status.cid)
    return found.length > 0
  })
  const [cid] = found
  if (!cid) throw new Error('the upload became nothing')
  return cid
}

async function tokenFor(url: string, account: HiveAccount): Promise<string> {
  const call = createClient({ url })
  const { nonce, text: message } = await call(challengeRoute, { body: { account } })
  const { signature } = await call(developmentSignatureRoute, { body: { account, message } })
  const { token } = await call(signInRoute, { body: { account, nonce, signature } })
  return token
}
