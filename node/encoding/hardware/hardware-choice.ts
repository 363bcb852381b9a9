/** Whether hardware encodes what it can, or libx264 everything. */
export const hardwareChoices = ['auto', 'off'] as const
export type HardwareChoice = (typeof hardwareChoices)[number]
