use std::time::Duration;

/// A life of this length was a real one: whatever ended it need not end the next.
const LONG_LIFE: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long to wait before something that has died is started again: not at all after a long life, twice as long after each short one.
#[derive(Default)]
pub struct BackOff {
    short_lives: u32,
}

impl BackOff {
    pub fn after_life_of(&mut self, lived: Duration) -> Duration {
        if lived >= LONG_LIFE {
            self.short_lives = 0;
            return Duration::ZERO;
        }
        let doublings = self.short_lives.min(16);
        self.short_lives += 1;
        (FIRST_PAUSE * 2_u32.pow(doublings)).min(LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(lives: &[u64]) -> Vec<u64> {
        let mut back_off = BackOff::default();
        lives
            .iter()
            .map(|&lived| back_off.after_life_of(Duration::from_secs(lived)).as_secs())
            .collect()
    }

    #[test]
    fn short_lives_are_followed_by_ever_longer_pauses() {
        assert_eq!(pauses(&[0; 8]), [1, 2, 4, 8, 16, 32, 60, 60]);
    }

    #[test]
    fn pauses_never_grow_beyond_a_minute() {
        assert_eq!(pauses(&[0; 100]).last(), Some(&60));
    }

    #[test]
    fn a_long_life_makes_good_for_the_short_ones_before_it() {
        assert_eq!(pauses(&[0, 0, 0, 60, 59, 0]), [1, 2, 4, 0, 1, 2]);
    }
}
