import { expect, test } from 'vitest'
import { createSteadySound } from '#ui/features/encode/steady-sound.ts'

const steady = () => createSteadySound({ first: 100, end: 1_000 })

test('sound that begins before the pictures is cut, as is what lasts longer', () => {
  const sound = steady()
  expect(sound.add(0, 600)).toEqual([{ from: 100, to: 600 }])
  expect(sound.add(600, 600)).toEqual([{ from: 0, to: 400 }])
  expect(sound.add(1_200, 10)).toEqual([])
})

test('silence stands where sound begins late or has a gap', () => {
  const sound = steady()
  expect(sound.add(300, 100)).toEqual([{ silent: 200 }, { from: 0, to: 100 }])
  expect(sound.add(450, 50)).toEqual([{ silent: 50 }, { from: 0, to: 50 }])
})

test('what overlaps is heard once', () => {
  const sound = steady()
  sound.add(100, 200)
  expect(sound.add(250, 100)).toEqual([{ from: 50, to: 100 }])
  expect(sound.add(300, 50)).toEqual([])
})
