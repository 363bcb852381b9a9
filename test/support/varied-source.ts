import path from 'node:path'
import type { FfmpegTools } from '#node/encoding/ffmpeg-tools.ts'
import { filmClip } from './clip.ts'
import type { Dice } from './dice.ts'
import { createDice } from './dice.ts'
import { ffmpeg } from './ffmpeg.ts'

function oneOf<T>(dice: Dice, [first, ...others]: readonly [T, ...T[]]): T {
  const place = dice(others.length + 1)
  return others[place - 1] ?? first
}

type Shot = { readonly size: string; readonly rate: string; readonly dice: Dice }

/** What is seen, by FFmpeg's own painters. */
const painters: readonly [(shot: Shot) => string, ...((shot: Shot) => string)[]] = [
  ({ size, rate }) => `testsrc2=size=${size}:rate=${rate}`,
  ({ size, rate, dice }) =>
    `mandelbrot=size=${size}:rate=${rate}:start_scale=${0.005 * (1 + dice(200))}`,
  ({ size, rate, dice }) =>
    `gradients=size=${size}:rate=${rate}:seed=${dice(10_000)}:speed=${0.005 * (1 + dice(20))}`,
  ({ size, rate, dice }) =>
    `life=size=${size}:rate=${rate}:seed=${dice(10_000)}:mold=${1 + dice(30)}:ratio=0.${1 + dice(5)}:death_color=#803020:life_color=#e0f040`,
  ({ size, rate, dice }) =>
    `cellauto=size=${size}:rate=${rate}:seed=${dice(10_000)}:rule=${oneOf(dice, [18, 30, 110])}`,
  ({ size, rate, dice }) =>
    `sierpinski=size=${size}:rate=${rate}:seed=${dice(10_000)}:type=${dice(2)}`,
  ({ size, rate }) => `smptehdbars=size=${size}:rate=${rate}`,
]

/** What happens to it. */
const changes: readonly [(dice: Dice) => string, ...((dice: Dice) => string)[]] = [
  () => 'null',
  () => 'null',
  (dice) => `noise=alls=${2 + dice(28)}:allf=t`,
  (dice) => `lutyuv=y='16+(val-16)*0.${1 + dice(8)}'`,
  (dice) => `fade=in:0:${4 + dice(30)}`,
  (dice) => `drawbox=color=white:t=fill:enable='lt(mod(n,${5 + dice(20)}),1)'`,
  () => 'hflip',
  () => 'hue=s=0',
  (dice) => `hue=h=${dice(360)}:s=${1 + dice(2)}`,
  (dice) => `gblur=sigma=${1 + dice(4)}`,
  (dice) => `rotate=t*0.${1 + dice(9)}`,
]

const sounds: readonly [(dice: Dice) => string | null, ...((dice: Dice) => string | null)[]] = [
  () => null,
  (dice) => `sine=frequency=${80 + dice(4_000)}:beep_factor=${2 + dice(4)}`,
  (dice) =>
    `anoisesrc=color=${oneOf(dice, ['pink', 'brown', 'white'])}:amplitude=0.${1 + dice(6)}:seed=${dice(10_000)}`,
  (dice) =>
    `aevalsrc='0.4*sin(${200 + dice(900)}*t*(1+0.2*sin(t)))|0.2*sin(${200 + dice(3_000)}*t)'`,
]

/** Some seconds of video that is like no other's: what it shows, its shape, rate, sound and coding are as a seed has them. */
export async function makeVariedSource(
  tools: FfmpegTools,
  { seed, folder }: { readonly seed: number; readonly folder: string },
): Promise<string> {
  const dice = createDice(seed)
  const size = oneOf(dice, ['160x90', '90x160', '128x128', '240x102', '176x144', '320x180'])
  const rate = oneOf(dice, ['12', '15', '24', '25', '30000/1001', '30'])
  const clip = await filmClip()
  const painted = ['-f', 'lavfi', '-i', oneOf(dice, painters)({ size, rate, dice })]
  const filmed = clip === null ? painted : ['-ss', String(dice(260) / 10), '-i', clip]
  const picture = dice(5) < 2 ? filmed : painted
  const sound = oneOf(dice, sounds)(dice)
  const hearing = sound === null ? [] : ['-f', 'lavfi', '-i', sound]
  const filter = [
    oneOf(dice, changes)(dice),
    `scale=${size.replace('x', ':')},setsar=1,fps=${rate},format=yuv420p`,
  ].join(',')
  const coding = [
    '-crf',
    String(6 + dice(22)),
    '-g',
    String(10 + dice(240)),
    '-bf',
    String(dice(4)),
  ]
  const file = path.join(folder, `source-${seed}.mkv`)
  await ffmpeg(
    tools,
    ...[...picture, ...hearing, '-map', '0:v:0', ...(sound === null ? [] : ['-map', '1:a:0'])],
    ...['-t', String(2 + dice(20) / 10), '-vf', filter, '-c:v', 'libx264', '-preset', 'ultrafast'],
    ...[...coding, '-c:a', 'aac', file],
  )
  return file
}
