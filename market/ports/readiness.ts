/** Whether this node may take on anything new. What it has taken on it always brings to its end. */
export interface Readiness {
  /** Why it takes on nothing new, in a sentence for its owner; null while it does. */
  obstacle(): string | null
}
