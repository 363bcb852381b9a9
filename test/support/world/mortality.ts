/** What an effect of a life throws that has ended: nothing it still means to do happens. */
export class Killed extends Error {
  override readonly name = 'Killed'
}

/** Ends a life between any two of its effects, as SIGKILL does: what was stored stays, all else is gone. */
export type Mortality = {
  /** Does something of the running life that others can see. Throws {@link Killed} when that life has ended or ends here. */
  readonly effect: <T>(act: () => T) => T
  /** False when the life has ended, or ends here: then nothing is sent. */
  readonly survives: () => boolean
}

/** Counts down the effects of lives; a countdown that reaches zero ends the running one. */
export function createMortality() {
  let countdown: number | null = null
  return {
    /** The running life ends after so many more effects. */
    arm: (effects: number) => {
      countdown = effects
    },
    disarm: () => {
      countdown = null
    },
    /** The mortality of one life; `onDeath` is called as it ends. */
    live: (onDeath: () => void): Mortality => {
      let isAlive = true
      const survives = (): boolean => {
        if (!isAlive) return false
        if (countdown === null) return true
        countdown -= 1
        if (countdown >= 0) return true
        countdown = null
        isAlive = false
        onDeath()
        return false
      }
      const strike = (): void => {
        if (!survives()) throw new Killed()
      }
      return {
        survives,
        effect: (act) => {
          strike()
          const result = act()
          strike()
          return result
        },
      }
    },
  }
}
