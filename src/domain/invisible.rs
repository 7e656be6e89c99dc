//! Characters that show nothing.

/// Whether a character is a control character, shows nothing, or turns the direction of what follows: two texts that
/// look alike must not differ in them, and a terminal must not obey them.
pub fn is_invisible(sign: char) -> bool {
    let code = u32::from(sign);
    sign.is_control()
        || matches!(code, 0xad | 0x61c | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e | 0x2060..=0x206f | 0xfeff)
}
