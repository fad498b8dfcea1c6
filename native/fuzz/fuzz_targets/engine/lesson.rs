//! What a reader might say of an exchange: chosen by its bytes alone, so that the same packets are always read the same.

use fieldwatch_core::bank::{Mark, MarkKind};
use fieldwatch_core::engine::{Expected, Held, Lesson, Novel, Opening};
use fieldwatch_core::host::End;
use fieldwatch_core::key::ContextKey;
use fieldwatch_core::packet::Address;
use fieldwatch_core::spec::Transport;

/// Numbers that depend on the exchange alone.
struct Chance(u64);

impl Chance {
    fn of(novel: &Novel) -> Chance {
        let bytes = |held: &Option<Held>| held.as_ref().map(|held| held.data.clone()).unwrap_or_default();
        let all = [bytes(&novel.request), bytes(&novel.answer)].concat();
        Chance(all.iter().fold(0xcbf2_9ce4_8422_2325, |sum, byte| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)))
    }

    fn below(&mut self, most: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as u32) % most.max(1)
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }
}

/// What a reading might say: mostly sane, sometimes beyond the message.
pub fn lesson(novel: &Novel, protocols: u32) -> Lesson {
    let mut chance = Chance::of(novel);
    let length = |held: &Option<Held>| held.as_ref().map_or(0, |held| held.data.len() as u32);
    let lengths = [length(&novel.request), length(&novel.answer)];
    let mut marks = Vec::new();
    for _ in 0..chance.below(5) {
        let answer = chance.one_in(2);
        let beyond = if chance.one_in(16) { u32::MAX / 2 } else { 2 };
        let at = chance.below(lengths[usize::from(answer)].saturating_add(beyond));
        let kind = [MarkKind::Ignored, MarkKind::Big, MarkKind::Little, MarkKind::Decimal][chance.below(4) as usize];
        let length = if chance.one_in(32) { u32::MAX } else { chance.below(12) };
        marks.push(Mark { answer, at, length, kind });
    }
    let message = novel.request.as_ref().or(novel.answer.as_ref()).map(|held| held.data.as_slice()).unwrap_or_default();
    let mut opens = Vec::new();
    let mut expects = Vec::new();
    if chance.one_in(3) {
        let from = chance.below(message.len() as u32) as usize;
        let key = message.get(from..).unwrap_or_default();
        let key = ContextKey::from_slice(key.get(..chance.below(8) as usize).unwrap_or(key));
        opens.push(Opening { for_hosts: chance.one_in(2), protocol: chance.below(protocols) as u16, key, context: chance.below(3) });
    }
    if chance.one_in(3) {
        let ip = chance.one_in(2).then(|| End::Ip(Address::V4([10, 0, 0, chance.below(4) as u8])));
        let transport = if chance.one_in(2) { Transport::Udp } else { Transport::Tcp };
        expects.push(Expected { protocol: chance.below(protocols) as u16, transport, port: chance.below(65_536) as u16, ip });
    }
    let distinct = chance.one_in(4).then(|| (chance.one_in(2), chance.below(16), chance.below(16)));
    let tags = (0..chance.below(4)).map(|_| chance.below(4)).collect();
    Lesson { marks, keep: chance.one_in(2), distinct, tags, rich: chance.one_in(4), opens, expects }
}
