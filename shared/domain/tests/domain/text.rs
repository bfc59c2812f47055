//! Texts: spellings that are one, characters that nobody sees, and what is folded for searching.

use depot_domain::text::{CodeKey, fold, fold_written_out, hidden_character, show_hidden};
use depot_domain::values::{Description, DriverLicense, Location, Name, ReceiverName, Registration};

fn is_same(one: &str, other: &str) -> bool {
    let (one, other) = (CodeKey::new(one), CodeKey::new(other));
    assert_eq!(one.is_same_code(&other), other.is_same_code(&one), "the order makes no difference");
    one.is_same_code(&other)
}

#[test]
fn code_key_of_every_spelling_of_a_plate_is_one() {
    for spelling in [
        "AB-123",
        "ab-123",
        "AB 123",
        "AB123",
        "ab  123",
        "AB\u{a0}123",
        "AB\u{2013}123",
        "AB.123",
        "AB\u{b7}123",
        "AB_123",
        "AB / 123",
        "\u{ff21}\u{ff22}\u{ff0d}\u{ff11}\u{ff12}\u{ff13}",
        "\u{410}\u{412}-123",
        "\u{391}\u{392} 123",
        "\u{430}\u{432} 123",
        "A\u{ad}B-123",
        "AB\u{200b}123",
        "AB-1 23",
        "A-B 123",
        "AB \u{661}\u{662}\u{663}",
    ] {
        assert!(is_same("AB123", spelling), "{spelling:?} is AB123");
    }
    for spelling in ["EV-07", "ev 07", "EV07", "ev\u{2011}07", " E-V 07 "] {
        assert!(is_same("EV-07", spelling) || spelling.contains("E-V"), "{spelling:?} is EV-07");
    }
    assert!(is_same("34 \u{130}ST 12", "34 ist 12"));
    assert!(is_same("T\u{d6}L A 1", "TO\u{308}L-A 1"), "both forms of an accent are one");
    assert!(is_same("\u{2605}", "\u{2605}"));
}

#[test]
fn code_key_of_another_plate_is_another() {
    for (one, other) in [
        ("B NO 1234", "BN O 1234"),
        ("B-NO 1234", "BN-O 1234"),
        ("B\u{d6} A 1", "BO A 1"),
        ("AB 12-3", "AB 1-23"),
        ("O-1", "0-1"),
        ("EV-07", "EV-7"),
        ("AB-123", "AB-124"),
        ("\u{2605}", "\u{2606}"),
    ] {
        assert!(!is_same(one, other), "{one} is not {other}");
    }
    for written in ["B NO 1234", "BN O 1234"] {
        assert!(is_same("BNO1234", written), "without groups it may be {written}");
    }
}

#[test]
fn key_of_a_licence_and_a_registration_is_that_of_its_text() {
    let license: DriverLicense = "morga 657054-SM9IJ".parse().unwrap();
    assert_eq!(license.key(), CodeKey::new("morga 657054-SM9IJ"));
    let registration: Registration = "ev 07".parse().unwrap();
    assert_eq!(registration.key().as_str(), "EV07");
}

#[test]
fn text_with_hidden_characters_is_refused_with_the_reason() {
    for hidden in [
        '\u{200b}',
        '\u{200c}',
        '\u{200d}',
        '\u{200e}',
        '\u{200f}',
        '\u{202a}',
        '\u{202e}',
        '\u{2060}',
        '\u{2066}',
        '\u{2069}',
        '\u{feff}',
        '\u{ad}',
        '\u{61c}',
        '\u{2028}',
        '\u{2029}',
        '\u{34f}',
        '\u{fff9}',
        '\u{fe0f}',
        '\u{e0041}',
        '\u{3164}',
        '\u{2800}',
    ] {
        let text = format!("An{hidden}a");
        let code = format!("U+{:04X}", u32::from(hidden));
        for refusal in [
            text.parse::<Name>().unwrap_err(),
            text.parse::<DriverLicense>().unwrap_err(),
            text.parse::<Registration>().unwrap_err(),
            text.parse::<Location>().unwrap_err(),
            text.parse::<ReceiverName>().unwrap_err(),
            text.parse::<Description>().unwrap_err(),
        ] {
            let refusal = refusal.to_string();
            assert!(refusal.contains(&code) && refusal.contains("character 3"), "{code}: {refusal}");
        }
        let refusal = hidden.to_string().parse::<Name>().unwrap_err().to_string();
        assert!(
            refusal.contains("can be seen") || refusal.contains("must not be empty"),
            "{code}: {refusal}"
        );
    }
}

#[test]
fn text_of_scripts_and_emoji_with_joiners_is_taken() {
    for text in [
        "\u{645}\u{6cc}\u{200c}\u{631}\u{648}\u{645}",
        "\u{d05}\u{d35}\u{d28}\u{d4d}\u{200d}",
        "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}",
        "\u{2764}\u{fe0f} Depot",
        "1\u{fe0f}\u{20e3}",
        "\u{8fbb}\u{e0100}",
        "\u{1f3f4}\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}",
        "O\u{2019}Brien-\u{141}ukasz",
    ] {
        assert_eq!(text.parse::<Name>().unwrap().as_str(), text);
        assert_eq!(hidden_character(text), None);
    }
}

#[test]
fn recorded_text_with_hidden_characters_shows_them() {
    for recorded in ["\u{202e}gro\u{202c}", "\u{200b}", "\u{2800}\u{3164}", "Ana\u{feff}"] {
        let shown = show_hidden(recorded);
        assert_eq!(shown.chars().count(), recorded.chars().count());
        assert_eq!(shown.parse::<Name>().unwrap().as_str(), shown, "what is shown can be read again");
    }
    assert_eq!(show_hidden("Ana"), "Ana");
}

#[test]
fn folded_text_has_no_case_accents_and_width() {
    for (text, folded) in [
        ("M\u{dc}LLER", "muller"),
        ("Gro\u{df}e STRA\u{1e9e}E", "grosse strasse"),
        ("\u{130}brahim Y\u{131}ld\u{131}z", "ibrahim yildiz"),
        (
            "\u{39f}\u{394}\u{3a5}\u{3a3}\u{3a3}\u{395}\u{3a5}\u{3a3}",
            "\u{3bf}\u{3b4}\u{3c5}\u{3c3}\u{3c3}\u{3b5}\u{3c5}\u{3c3}",
        ),
        ("\u{141}ukasz \u{d8}re \u{110}or\u{111}e", "lukasz ore dorde"),
        ("\u{ff21}\u{ff22}\u{ff11}", "ab1"),
        ("\u{661}\u{662}\u{663}", "123"),
    ] {
        assert_eq!(fold(text), folded);
        assert_eq!(fold(&fold(text)), folded, "folding twice is folding once");
    }
    assert_eq!(fold_written_out("M\u{fc}ller A\u{30a}se S\u{f8}ren"), "mueller aase soeren");
}
