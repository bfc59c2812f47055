//! Signatures that were drawn: which SVG is taken, and whether it shows anything.

use resvg::{tiny_skia, usvg};
use roxmltree::{Attribute, Node};

use super::{ink, unfit};
use crate::error::AppError;

const ELEMENTS: [&str; 4] = ["svg", "path", "circle", "line"];
const NAMESPACE: &str = "http://www.w3.org/2000/svg";
const NODES_MAX: u32 = 20_000;
/// The largest number in an attribute.
const NUMBER_MAX: f64 = 1e6;
/// How large a drawing is rendered to look for marks, its longer side in pixels.
const RENDER_SIDE_PX: f32 = 512.0;

/// Checks that a drawing consists of plain strokes: no script, no style, no reference to anything.
pub(super) fn check(bytes: &[u8]) -> Result<(), AppError> {
    parsed(text(bytes)?).map(drop)
}

/// Checks whether a drawing leaves a mark on white paper. A shape without any extent leaves none.
pub(super) fn has_ink(bytes: &[u8]) -> Result<bool, AppError> {
    let document = parsed(text(bytes)?)?;
    // The renderer refuses only a size that makes no sense, and nothing is drawn on that.
    let Ok(tree) = usvg::Tree::from_xmltree(&document, &usvg::Options::default()) else { return Ok(false) };
    let size = tree.size();
    let scale = RENDER_SIDE_PX / size.width().max(size.height());
    let drawn = size.scale_by(scale).map(|scaled| scaled.to_int_size());
    let Some(mut canvas) = drawn.and_then(|size| tiny_skia::Pixmap::new(size.width(), size.height())) else {
        return Ok(false);
    };
    if !has_extent(tree.root()) {
        return Ok(false);
    }
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut canvas.as_mut());
    Ok(ink::is_on_render(canvas.pixels()))
}

fn has_extent(group: &usvg::Group) -> bool {
    group.children().iter().any(|node| match node {
        usvg::Node::Group(inner) => has_extent(inner),
        usvg::Node::Path(path) => {
            let bounds = path.data().bounds();
            bounds.width() > 0.0 || bounds.height() > 0.0
        }
        usvg::Node::Image(_) | usvg::Node::Text(_) => false,
    })
}

fn text(bytes: &[u8]) -> Result<&str, AppError> {
    let text = std::str::from_utf8(bytes).map_err(|_| unfit("An SVG is text in UTF-8; this one is not"))?;
    Ok(text.trim_start_matches('\u{feff}').trim_start())
}

fn parsed(text: &str) -> Result<roxmltree::Document<'_>, AppError> {
    let options =
        roxmltree::ParsingOptions { nodes_limit: NODES_MAX, ..roxmltree::ParsingOptions::default() };
    let document = roxmltree::Document::parse_with_options(text, options)
        .map_err(|error| unfit(&format!("The SVG cannot be read: {error}")))?;
    for node in document.descendants() {
        check_node(&node, node == document.root_element())?;
    }
    Ok(document)
}

fn check_node(node: &Node<'_, '_>, is_outermost: bool) -> Result<(), AppError> {
    if node.is_root() || (node.is_text() && node.text().unwrap_or_default().trim().is_empty()) {
        return Ok(());
    }
    if !node.is_element() {
        return Err(not_plain("something else between them"));
    }
    let name = node.tag_name();
    if !ELEMENTS.contains(&name.name())
        || name.namespace().is_some_and(|namespace| namespace != NAMESPACE)
        || (name.name() == "svg") != is_outermost
    {
        return Err(not_plain(&format!("<{}>", shortened(name.name()))));
    }
    for attribute in node.attributes() {
        check_attribute(&attribute)?;
    }
    Ok(())
}

fn check_attribute(attribute: &Attribute<'_, '_>) -> Result<(), AppError> {
    let (name, value) = (attribute.name(), attribute.value().trim());
    let is_valid = match name {
        _ if attribute.namespace().is_some() => return Err(unknown_attribute(name)),
        "viewBox" => is_view_box(value),
        "width" | "height" | "r" | "stroke-width" => length(value).is_some_and(|number| number >= 0.0),
        "cx" | "cy" | "x1" | "y1" | "x2" | "y2" => length(value).is_some(),
        "opacity" => number(value).is_some_and(|number| (0.0..=1.0).contains(&number)),
        "d" => value.chars().all(|c| "MmLlHhVvCcSsQqTtAaZz0123456789eE+-., \t\r\n".contains(c)),
        "fill" | "stroke" => is_colour(value),
        "stroke-linecap" => ["butt", "round", "square"].contains(&value),
        "stroke-linejoin" => ["miter", "round", "bevel"].contains(&value),
        "version" => number(value).is_some(),
        _ => return Err(unknown_attribute(name)),
    };
    if is_valid {
        return Ok(());
    }
    Err(not_plain(&format!("the value {:?} in the attribute {name}", shortened(value))))
}

fn number(value: &str) -> Option<f64> {
    value.parse().ok().filter(|number: &f64| number.is_finite() && number.abs() <= NUMBER_MAX)
}

fn length(value: &str) -> Option<f64> {
    number(value.strip_suffix("px").unwrap_or(value))
}

fn is_view_box(value: &str) -> bool {
    let separators = |c: char| c == ',' || c.is_ascii_whitespace();
    let numbers: Option<Vec<f64>> =
        value.split(separators).filter(|part| !part.is_empty()).map(number).collect();
    matches!(numbers.as_deref(), Some([_, _, width, height]) if *width > 0.0 && *height > 0.0)
}

/// A name, hexadecimal digits, or `rgb()` and `rgba()` of numbers: nothing that refers to something else.
fn is_colour(value: &str) -> bool {
    if let Some(digits) = value.strip_prefix('#') {
        return matches!(digits.len(), 3 | 4 | 6 | 8) && digits.chars().all(|c| c.is_ascii_hexdigit());
    }
    let inner = value.strip_prefix("rgba(").or_else(|| value.strip_prefix("rgb("));
    match inner.and_then(|rest| rest.strip_suffix(')')) {
        Some(numbers) => numbers.chars().all(|c| c.is_ascii_digit() || "., %".contains(c)),
        None => (1..=24).contains(&value.len()) && value.chars().all(|c| c.is_ascii_alphabetic()),
    }
}

fn unknown_attribute(name: &str) -> AppError {
    not_plain(&format!("the attribute {}", shortened(name)))
}

fn not_plain(what: &str) -> AppError {
    unfit(&format!(
        "A signature in SVG consists of plain <path>, <line> and <circle> elements; this one has {what}"
    ))
}

fn shortened(text: &str) -> String {
    text.chars().take(40).collect()
}
