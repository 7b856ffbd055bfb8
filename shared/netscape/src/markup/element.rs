//! The elements that a reader of bookmarks distinguishes.

/// The elements that are distinguished. All but the last two are known to be markup wherever they stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Element {
    A,
    Dd,
    Dl,
    Dt,
    /// `h1` to `h6`, by their level.
    Heading(u8),
    Hr,
    Li,
    /// `ul`, `ol`.
    List,
    Img,
    /// It only says how text looks.
    Inline,
    /// It also begins a line.
    Block,
    /// It belongs to a page and not to text: `html`, `body`, `meta`.
    Page,
    /// Its content is no markup and is not shown: `script`, `style`, `textarea`, `title`.
    Raw(&'static str),
    Other,
}

impl Element {
    pub(crate) fn from_name(name: &[u8]) -> Self {
        const LONGEST: usize = 10;
        let mut lower = [0; LONGEST];
        let Some(lower) = lower.get_mut(..name.len()) else { return Self::Other };
        lower.copy_from_slice(name);
        lower.make_ascii_lowercase();
        match &*lower {
            b"a" => Self::A,
            b"dd" => Self::Dd,
            b"dl" => Self::Dl,
            b"dt" => Self::Dt,
            [b'h', level @ b'1'..=b'6'] => Self::Heading(level - b'0'),
            b"hr" => Self::Hr,
            b"li" => Self::Li,
            b"ul" | b"ol" => Self::List,
            b"img" => Self::Img,
            b"abbr" | b"acronym" | b"b" | b"bdi" | b"bdo" | b"big" | b"blink" | b"cite" | b"code"
            | b"del" | b"dfn" | b"em" | b"font" | b"i" | b"ins" | b"kbd" | b"mark" | b"nobr" | b"q"
            | b"s" | b"samp" | b"small" | b"span" | b"strike" | b"strong" | b"sub" | b"sup" | b"tt"
            | b"u" | b"var" | b"wbr" => Self::Inline,
            b"address" | b"article" | b"aside" | b"blockquote" | b"br" | b"caption" | b"center" | b"dir"
            | b"div" | b"figcaption" | b"figure" | b"footer" | b"header" | b"main" | b"menu" | b"nav"
            | b"p" | b"pre" | b"section" | b"table" | b"tbody" | b"td" | b"tfoot" | b"th" | b"thead"
            | b"tr" => Self::Block,
            b"base" | b"body" | b"head" | b"html" | b"link" | b"meta" => Self::Page,
            b"script" => Self::Raw("script"),
            b"style" => Self::Raw("style"),
            b"textarea" => Self::Raw("textarea"),
            b"title" => Self::Raw("title"),
            _ => Self::Other,
        }
    }
}
