//! The window's menus, in the desk's language. What a page does about a choice is the page's: it is told by an event.

use tauri::menu::{Menu, MenuBuilder, MenuEvent, MenuItem, SubmenuBuilder};
use tauri::{AppHandle, Emitter as _, Manager as _, Wry};

use crate::words::{Spoken, Words, words};

/// The event by which the desk is told what was chosen: the name of one of its actions.
pub(crate) const CHOSEN: &str = "menu";
const PRINT: &str = "print";
const CLOSE: &str = "close";
const QUIT: &str = "quit";

/// Gives the window its menus, and gives them anew when the desk speaks another language.
pub(crate) fn follow(window: &AppHandle) {
    let (window, mut spoken) = (window.clone(), window.state::<Spoken>().follow());
    tauri::async_runtime::spawn(async move {
        loop {
            let language = *spoken.borrow_and_update();
            let set = menu(&window, words(language)).and_then(|menu| window.set_menu(menu));
            if let Err(error) = set {
                tracing::warn!(%error, "the window has no menus in the desk's language");
            }
            if spoken.changed().await.is_err() {
                return;
            }
        }
    });
}

fn menu(window: &AppHandle, words: &Words) -> tauri::Result<Menu<Wry>> {
    let item =
        |id: &str, text: &str, key: Option<&str>| MenuItem::with_id(window, id.to_owned(), text, true, key);
    let file = SubmenuBuilder::new(window, words.file)
        .item(&item("create.delivery", words.new_delivery, Some("CmdOrCtrl+N"))?)
        .item(&item("create.route", words.new_route, None)?)
        .item(&item("create.driver", words.new_driver, None)?)
        .item(&item("create.vehicle", words.new_vehicle, None)?)
        .separator()
        .item(&item(PRINT, words.print, Some("CmdOrCtrl+P"))?)
        .separator()
        .item(&item(CLOSE, words.close, Some("CmdOrCtrl+W"))?)
        .item(&item(QUIT, words.quit, Some("CmdOrCtrl+Q"))?)
        .build()?;
    let mut go = SubmenuBuilder::new(window, words.go);
    for (number, (name, title)) in (1..).zip(words.places) {
        go = go.item(&item(&format!("go.{name}"), title, Some(&format!("CmdOrCtrl+{number}")))?);
    }
    let help =
        SubmenuBuilder::new(window, words.help).item(&item("other.keys", words.keys, Some("F1"))?).build()?;
    let menu = MenuBuilder::new(window).item(&file);
    // Without it the keys for copying and pasting do nothing on macOS.
    #[cfg(target_os = "macos")]
    let menu = menu.item(
        &SubmenuBuilder::new(window, words.edit)
            .undo()
            .redo()
            .separator()
            .cut()
            .copy()
            .paste()
            .select_all()
            .build()?,
    );
    menu.item(&go.build()?).item(&help).build()
}

/// Does what was chosen, or has the desk do it.
pub(crate) fn chosen(window: &AppHandle, event: &MenuEvent) {
    let main = crate::window::main(window);
    let done = match event.id().as_ref() {
        PRINT => main.map_or(Ok(()), |main| main.print()),
        CLOSE => main.map_or(Ok(()), |main| main.close()),
        QUIT => {
            window.exit(0);
            Ok(())
        }
        action => window.emit(CHOSEN, action),
    };
    if let Err(error) = done {
        tracing::warn!(%error, "what was chosen from a menu was not done");
    }
}
