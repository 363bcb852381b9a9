import { expect, test } from 'vitest'
import type { PacketLine } from '#node/encoding/packet-line.ts'
import { parsePacketLine } from '#node/encoding/packet-line.ts'
import { createTimeline } from '#node/encoding/source-timeline.ts'

const video = {
  timeBase: { numerator: 1, denominator: 90_000 },
  startPts: 126_000,
  claimedRates: [{ numerator: 25, denominator: 1 }],
}

function aPacket(overrides: Partial<PacketLine>): PacketLine {
  return {
    stream: 0,
    pts: 0,
    dts: 0,
    duration: 3600,
    bytes: 100,
    isKey: false,
    isHidden: false,
    ...overrides,
  }
}

/** Pictures at 25 a second from the start, stored in the order that B-frames need. */
function reordered(frames: number): PacketLine[] {
  const order = Array.from({ length: frames }, (_, index) => index).toSorted((a, b) => {
    const place = (frame: number) => (frame % 3 === 0 ? frame - 2.5 : frame)
    return place(a) - place(b)
  })
  return order.map((frame, index) =>
    aPacket({
      pts: 126_000 + 3600 * frame,
      dts: 126_000 + 3600 * (index - 2),
      isKey: frame % 30 === 0,
    }),
  )
}

function timelineOf(packets: readonly PacketLine[]) {
  const timeline = createTimeline(video)
  packets.forEach(timeline.add)
  return timeline.finish()
}

test('pictures stored out of order are counted in the order in which they are shown', () => {
  expect(timelineOf(reordered(100))).toMatchObject({
    rate: { numerator: 25, denominator: 1 },
    pictures: 100,
    picturesPerSecond: [25, 25, 25, 25],
    lastStartSeconds: 99 / 25,
    endSeconds: 4,
    longestGopSeconds: 1.2,
    longestHoldSeconds: expect.closeTo(0.04, 9),
    runsBackwards: false,
  })
})

test('the weight of a video is known second by second, and its key pictures one by one', () => {
  expect(timelineOf(reordered(100))).toMatchObject({
    bytesPerSecond: [2500, 2500, 2500, 2500],
    keySeconds: [0, 1.2, 2.4, 3.6].map((seconds) => expect.closeTo(seconds, 9)),
  })
})

test('a group is open where a picture behind its key picture is shown before it', () => {
  const shown = (frame: number, isKey: boolean) => aPacket({ pts: 126_000 + 3600 * frame, isKey })
  const closed = [shown(0, true), shown(2, false), shown(1, false), shown(3, true)]
  expect(timelineOf([...closed, shown(4, false)]).hasClosedGops).toBe(true)
  const open = [shown(0, true), shown(1, false), shown(4, true), shown(2, false), shown(3, false)]
  expect(timelineOf(open).hasClosedGops).toBe(false)
})

test('a rate that pictures keep to is constant, one that they do not is variable', () => {
  expect(timelineOf(reordered(100)).isVariable).toBe(false)
  const uneven = [0, 1, 2, 5, 6, 9, 10, 14, 15, 16].map((frame) =>
    aPacket({ pts: 126_000 + 3600 * frame }),
  )
  expect(timelineOf(uneven).isVariable).toBe(true)
})

test('a clock that starts again is seen', () => {
  expect(timelineOf([...reordered(200), ...reordered(200)]).runsBackwards).toBe(true)
})

test('the group after the last key frame counts too', () => {
  const packets = [0, 1, 2, 3, 4, 5].map((second) =>
    aPacket({ pts: 126_000 + 90_000 * second, isKey: second === 0, duration: 90_000 }),
  )
  expect(timelineOf(packets).longestGopSeconds).toBe(6)
})

test('a last picture without a duration is shown for one frame', () => {
  const packets = [0, 1, 2].map((frame) => aPacket({ pts: 126_000 + 3600 * frame, duration: 0 }))
  expect(timelineOf(packets).endSeconds).toBeCloseTo(0.12, 9)
})

test('where only decoding times are known, pictures are shown as late as the first one', () => {
  const packets = [0, 1, 2, 3].map((frame) =>
    aPacket({ pts: frame === 0 ? 126_000 : null, dts: 122_400 + 3600 * frame }),
  )
  expect(timelineOf(packets)).toMatchObject({ lastStartSeconds: 0.12, endSeconds: 0.16 })
})

test('an AVI is as long as its pictures, though only some of them tell when they are shown', () => {
  const shown = [null, null, 2, 3, null, 5, 6, null, 8, 9]
  const packets = shown.map((pts, frame) =>
    aPacket({ pts: pts === null ? null : 122_400 + 3600 * pts, dts: 122_400 + 3600 * frame }),
  )
  expect(timelineOf(packets)).toMatchObject({ endSeconds: 0.4, runsBackwards: false })
})

test('a forged time far in the future sizes no array', () => {
  const packets = [aPacket({ pts: 126_000 }), aPacket({ pts: 2 ** 52 })]
  expect(timelineOf(packets).picturesPerSecond.length).toBeLessThan(1_000_002)
})

test.each([
  ['0,126000,118800,3600,100,K__', aPacket({ pts: 126_000, dts: 118_800, isKey: true })],
  [
    '1,-1024,-1024,1024,100,KD,',
    aPacket({ stream: 1, pts: -1024, dts: -1024, duration: 1024, isKey: true, isHidden: true }),
  ],
  ['0,N/A,7,N/A,100,__', aPacket({ pts: null, dts: 7, duration: 0 })],
])('ffprobe’s line %s is read, in the form of any version', (line, packet) => {
  expect(parsePacketLine(line)).toEqual(packet)
})

test.each(['', 'side_data,', '0,N/A,N/A,3600,9,K_'])('the line "%s" holds no packet', (line) => {
  expect(parsePacketLine(line)).toBeNull()
})
