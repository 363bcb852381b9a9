import type { EncodedPacket } from 'mediabunny'
import {
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedVideoPacketSource,
  MpegTsOutputFormat,
  Output,
} from 'mediabunny'

/** Where the clock of every tree begins, in seconds: see `segment-clock.ts` of the node. */
export const clockBaseSeconds = 10

/** What an encoder says about its stream along with the first packet. */
export type VideoMeta = EncodedVideoChunkMetadata
export type AudioMeta = EncodedAudioChunkMetadata

/** Packs the packets of one segment into a transport stream of its own. */
export async function muxVideo(
  packets: readonly EncodedPacket[],
  meta: VideoMeta,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = new EncodedVideoPacketSource('avc')
  const { output, target } = newOutput()
  output.addVideoTrack(source)
  await output.start()
  for (const packet of packets) await source.add(packet, meta)
  return await bytesOf(output, target)
}

export async function muxAudio(
  packets: readonly EncodedPacket[],
  meta: AudioMeta,
): Promise<Uint8Array<ArrayBuffer>> {
  const source = new EncodedAudioPacketSource('aac')
  const { output, target } = newOutput()
  output.addAudioTrack(source)
  await output.start()
  for (const packet of packets) await source.add(packet, meta)
  return await bytesOf(output, target)
}

function newOutput() {
  const target = new BufferTarget()
  return { target, output: new Output({ format: new MpegTsOutputFormat(), target }) }
}

async function bytesOf(output: Output, target: BufferTarget): Promise<Uint8Array<ArrayBuffer>> {
  await output.finalize()
  if (!target.buffer) throw new Error('a finished segment has bytes')
  return new Uint8Array(target.buffer)
}
