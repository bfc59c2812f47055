//! Text as people read it: which characters nobody sees, and which spellings are one.
//!
//! Two foldings stand here. [`fold`] is for searching and forgets accents; [`CodeKey`] is for plates and licences, where
//! `BÖ` and `BO` are two districts. No rule of the depot is here, and no field.

use std::borrow::Cow;
use std::fmt;

use icu_normalizer::{ComposingNormalizerBorrowed, DecomposingNormalizerBorrowed};
use icu_properties::props::{DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup};
use icu_properties::{CodePointMapData, CodePointSetData};

/// Stands in a text that is read from the record where a hidden character was recorded.
pub const REPLACEMENT: char = '\u{FFFD}';

/// A character that cannot be seen where it stands, or that changes the direction of what is around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HiddenCharacter {
    /// The character.
    pub character: char,
    /// Its place in the text, from 1, in characters.
    pub position: usize,
}

impl fmt::Display for HiddenCharacter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = u32::from(self.character);
        write!(f, "U+{code:04X} ({}) is character {} of it", hidden_name(self.character), self.position)
    }
}

const fn hidden_name(character: char) -> &'static str {
    match character {
        '\u{AD}' => "soft hyphen",
        '\u{61C}' | '\u{200E}' | '\u{200F}' => "direction mark",
        '\u{200B}' => "zero-width space",
        '\u{200C}' => "zero-width non-joiner",
        '\u{200D}' => "zero-width joiner",
        '\u{2028}' | '\u{2029}' => "line separator",
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => "direction override",
        '\u{2060}' => "word joiner",
        '\u{FEFF}' => "byte order mark",
        _ => "invisible",
    }
}

fn is_ignorable(character: char) -> bool {
    // Most text is ASCII, of which no character is.
    !character.is_ascii() && CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

fn is_in(group: GeneralCategoryGroup, character: char) -> bool {
    group.contains(CodePointMapData::<GeneralCategory>::new().get(character))
}

/// Whether the character is hidden after `previous`. Scripts and emoji that are written with joiners and variation
/// selectors keep them: Persian, Malayalam, a family of four.
fn is_hidden(previous: Option<char>, character: char) -> bool {
    /// The first letter of a script that joins; Latin, Greek and Cyrillic stand before it.
    const JOINING_FROM: char = '\u{590}';
    match character {
        '\u{200C}' | '\u{200D}' => !previous.is_some_and(|previous| {
            let selects = matches!(previous, '\u{FE00}'..='\u{FE0F}');
            selects || (previous >= JOINING_FROM && !previous.is_whitespace() && !is_ignorable(previous))
        }),
        '\u{FE00}'..='\u{FE0F}' | '\u{180B}'..='\u{180F}' | '\u{E0100}'..='\u{E01EF}' => !previous
            .is_some_and(|previous| {
                let is_keycap = previous.is_ascii_digit() || matches!(previous, '#' | '*');
                is_keycap || (!previous.is_ascii() && !previous.is_whitespace() && !is_ignorable(previous))
            }),
        // A flag of a region is a black flag with the region's letters as tags.
        '\u{E0020}'..='\u{E007F}' => {
            !previous.is_some_and(|previous| matches!(previous, '\u{1F3F4}' | '\u{E0020}'..='\u{E007E}'))
        }
        // Line ends, marks of annotations, and a blank pattern of Braille.
        '\u{2028}' | '\u{2029}' | '\u{FFF9}'..='\u{FFFB}' | '\u{2800}' => true,
        _ => is_ignorable(character),
    }
}

fn with_previous(text: &str) -> impl Iterator<Item = (Option<char>, char)> {
    std::iter::once(None).chain(text.chars().map(Some)).zip(text.chars())
}

/// The first hidden character of `text`; `None` if there is none.
#[must_use]
pub fn hidden_character(text: &str) -> Option<HiddenCharacter> {
    if text.is_ascii() {
        return None;
    }
    let mut hidden = with_previous(text).zip(1..).filter(|((previous, c), _)| is_hidden(*previous, *c));
    hidden.next().map(|((_, character), position)| HiddenCharacter { character, position })
}

/// Whether anything in `text` can be seen.
#[must_use]
pub fn has_visible(text: &str) -> bool {
    with_previous(text).any(|(previous, c)| !c.is_whitespace() && !c.is_control() && !is_hidden(previous, c))
}

/// `text` with [`REPLACEMENT`] in the place of each hidden character: how a text from before they were refused is read.
#[must_use]
pub fn show_hidden(text: &str) -> Cow<'_, str> {
    if hidden_character(text).is_none() {
        return Cow::Borrowed(text);
    }
    let shown = |(previous, c)| if is_hidden(previous, c) { REPLACEMENT } else { c };
    Cow::Owned(with_previous(text).map(shown).collect())
}

/// `text` for searching: without case, accents, width, marks of vowels, invisible characters. Digits of any script are
/// ASCII. It uses only what a browser's strings can do as well, because the desk folds the same way.
#[must_use]
pub fn fold(text: &str) -> String {
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    // Lower case alone keeps ß, ς and ı; upper case turns them into SS, Σ and I.
    let cased = decomposed.to_lowercase().to_uppercase().to_lowercase();
    let mut folded = String::with_capacity(cased.len());
    for character in cased.chars() {
        match character {
            _ if is_accent(character) || is_ignorable(character) => {}
            'ς' => folded.push('σ'),
            'ø' => folded.push('o'),
            'ł' => folded.push('l'),
            'đ' | 'ð' => folded.push('d'),
            'ħ' => folded.push('h'),
            'ŧ' => folded.push('t'),
            'ŋ' => folded.push('n'),
            'ə' => folded.push('e'),
            'þ' => folded.push_str("th"),
            'æ' => folded.push_str("ae"),
            'œ' => folded.push_str("oe"),
            _ => folded.push(ascii_digit(character)),
        }
    }
    folded
}

/// [`fold`] of `text` with its vowels written out as on a keyboard without them: `Müller` as `mueller`, `Åse` as `aase`.
#[must_use]
pub fn fold_written_out(text: &str) -> String {
    let composed = ComposingNormalizerBorrowed::new_nfkc().normalize(text);
    let mut written = String::with_capacity(composed.len());
    for character in composed.chars() {
        match character {
            'ä' | 'Ä' => written.push_str("ae"),
            'ö' | 'Ö' | 'ø' | 'Ø' => written.push_str("oe"),
            'ü' | 'Ü' => written.push_str("ue"),
            'å' | 'Å' => written.push_str("aa"),
            _ => written.push(character),
        }
    }
    fold(&written)
}

/// Marks over, under and through letters, of which a search takes no account: of Latin, Greek and Cyrillic letters, and
/// the vowel points of Hebrew and Arabic. Marks of other scripts are vowels that make another word.
const fn is_accent(character: char) -> bool {
    matches!(character,
        '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}'
        | '\u{FE20}'..='\u{FE2F}' | '\u{591}'..='\u{5BD}' | '\u{5BF}' | '\u{5C1}'..='\u{5C2}' | '\u{5C4}'..='\u{5C5}'
        | '\u{5C7}' | '\u{610}'..='\u{61A}' | '\u{64B}'..='\u{65F}' | '\u{670}' | '\u{6D6}'..='\u{6DC}'
        | '\u{6DF}'..='\u{6E4}' | '\u{6E7}'..='\u{6E8}' | '\u{6EA}'..='\u{6ED}')
}

/// The noughts of the scripts with decimal digits of their own that are in daily use.
const NOUGHTS: [char; 17] =
    ['٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '๐', '໐', '༠', '၀', '០'];

fn ascii_digit(character: char) -> char {
    if character < NOUGHTS[0] {
        return character;
    }
    let value =
        |nought: &char| u32::from(character).checked_sub(u32::from(*nought)).filter(|value| *value < 10);
    let digit = NOUGHTS.iter().find_map(value).and_then(|value| char::from_digit(value, 10));
    digit.unwrap_or(character)
}

/// Whether the character is part of a word, rather than between two.
#[must_use]
pub fn is_word_character(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric();
    }
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    category == GeneralCategory::OtherSymbol
        || [GeneralCategoryGroup::Letter, GeneralCategoryGroup::Number, GeneralCategoryGroup::Mark]
            .iter()
            .any(|group| group.contains(category))
}

/// What a plate or a licence is compared by, as a registry compares it.
///
/// Case, width, separators and letters that look alike in Latin, Greek and Cyrillic make no difference: states that
/// stamp plates in those scripts use only letters that all three have. Accents do: `BÖ` is Börde, `BO` is Bochum.
/// Groups of letters stay apart if both spellings part them, and part them elsewhere: `B NO 1234` is another van than
/// `BN O 1234`, and `BNO1234` may be either.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeKey {
    text: String,
    /// The places in `text`, in characters, where a separator stands between two letters or between two digits.
    breaks: Vec<usize>,
}

impl CodeKey {
    /// The key of a code as it was typed.
    #[must_use]
    pub fn new(code: &str) -> Self {
        let nfkc = ComposingNormalizerBorrowed::new_nfkc();
        let cased = nfkc.normalize(code).to_lowercase().to_uppercase();
        let (mut text, mut breaks) = (String::with_capacity(cased.len()), Vec::new());
        let (mut chars, mut last, mut parted) = (0, None, false);
        for character in nfkc.normalize(&cased).chars().filter(|c| !is_ignorable(*c)) {
            let is_mark = !character.is_ascii() && is_in(GeneralCategoryGroup::Mark, character);
            if !character.is_alphanumeric() && !is_mark {
                parted = true;
                continue;
            }
            let character = ascii_digit(latin_twin(character));
            let is_digit = character.is_numeric();
            if parted && last == Some(is_digit) {
                breaks.push(chars);
            }
            text.push(character);
            (chars, last, parted) = (chars + 1, Some(is_digit), false);
        }
        if text.is_empty() {
            // Nothing but symbols: they are all there is to compare.
            text.push_str(code.trim());
        }
        Self { text, breaks }
    }

    /// The letters and digits alone: equal for all spellings of one code, and for some that are not.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether both are spellings of one code.
    #[must_use]
    pub fn is_same_code(&self, other: &Self) -> bool {
        let within = |one: &Self, other: &Self| one.breaks.iter().all(|place| other.breaks.contains(place));
        self.text == other.text && (within(self, other) || within(other, self))
    }
}

/// The Latin capital that a Greek or Cyrillic capital cannot be told from on a plate.
const fn latin_twin(capital: char) -> char {
    match capital {
        'А' | 'Α' => 'A',
        'В' | 'Β' => 'B',
        'С' | 'Ϲ' => 'C',
        'Е' | 'Ε' => 'E',
        'Н' | 'Η' => 'H',
        'І' | 'Ι' | 'İ' | 'Ӏ' => 'I',
        'Ј' | 'Ϳ' => 'J',
        'К' | 'Κ' => 'K',
        'М' | 'Μ' => 'M',
        'Ν' => 'N',
        'О' | 'Ο' => 'O',
        'Р' | 'Ρ' => 'P',
        'Ԛ' => 'Q',
        'Ѕ' => 'S',
        'Т' | 'Τ' => 'T',
        'Ԝ' => 'W',
        'Х' | 'Χ' => 'X',
        'У' | 'Υ' | 'Ү' => 'Y',
        'Ζ' => 'Z',
        _ => capital,
    }
}
