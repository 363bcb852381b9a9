import type { EdgeCase } from './edge-case.ts'
import { card, lavfi, tone, x264 } from './edge-case.ts'

const second = { frames: 25, size: '160x90', rate: '25.000' } as const

const named = (description: string, name: string): EdgeCase => ({
  name: description,
  make: async ({ make, write }) => {
    const { readFile } = await import('node:fs/promises')
    const plain = await make('plain.mp4', ...card(), ...tone(), ...x264)
    return await write(name, await readFile(plain))
  },
  outcome: { ...second, hasSound: true },
})

export const names: readonly EdgeCase[] = [
  named('Cyrillic and an emoji', 'видео 🎬.mp4'),
  named('a pattern', '100%d %05d.mp4'),
  { ...named('a hyphen, a blank and quotes', `-i "quoted" 'name'.mp4`), isRepresentative: true },
  { ...named('a line break', 'two\nlines.mp4'), isRepresentative: true },
  named('colons and brackets', 'https:[0]a;b,c=d:e.mp4'),
  named('as long as names can be', `${'x'.repeat(250)}.mp4`),
]

export const budget: readonly EdgeCase[] = [
  {
    name: '150 kb/s are not inflated',
    segmentSeconds: 4,
    make: ({ make }) => {
      const thrifty = ['-b:v', '150k', '-maxrate', '150k', '-bufsize', '150k']
      return make('thrifty.mp4', ...card('480x270', '25', 8), ...x264, ...thrifty)
    },
    outcome: { frames: 200, size: '480x270', rate: '25.000', mostKbps: 215 },
  },
  {
    name: '5 Mb/s at 1080p gets its ladder',
    make: ({ make }) => {
      const noisy = lavfi('testsrc2=s=1920x1080:r=25:d=0.2,noise=alls=30:allf=t')
      return make('usual.mp4', ...noisy, ...x264, '-b:v', '5M', '-maxrate', '5M', '-bufsize', '2M')
    },
    outcome: {
      ...{ frames: 5, size: '1920x1080', rate: '25.000' },
      ladder: ['1080p', '720p', '480p'],
    },
  },
  {
    name: 'a heavy intermediate',
    make: ({ make }) => {
      const noisy = lavfi('testsrc2=s=640x360:r=25:d=1,noise=alls=60:allf=t')
      return make('heavy.mov', ...noisy, '-c:v', 'prores_ks', '-profile:v', '3')
    },
    outcome: { frames: 25, size: '640x360', rate: '25.000', mostKbps: 2000 },
  },
]
