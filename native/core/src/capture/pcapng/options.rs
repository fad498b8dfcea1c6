//! The options at the end of a pcapng block.

use super::super::order::Order;

/// \[PCAPNG\] 3.5: the end of the list.
const OPT_ENDOFOPT: u16 = 0;

/// Code and value of each option. The list ends where it says so, where its bytes end, or where a length points beyond them.
pub(super) struct Options<'a> {
    order: Order,
    rest: &'a [u8],
}

impl<'a> Options<'a> {
    pub(super) fn new(order: Order, rest: &'a [u8]) -> Options<'a> {
        Options { order, rest }
    }
}

impl<'a> Iterator for Options<'a> {
    type Item = (u16, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let code = self.order.u16(self.rest, 0)?;
        let length = usize::from(self.order.u16(self.rest, 2)?);
        if code == OPT_ENDOFOPT {
            return None;
        }
        let value = self.rest.get(4..)?.get(..length)?;
        self.rest = self.rest.get(4..)?.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some((code, value))
    }
}
