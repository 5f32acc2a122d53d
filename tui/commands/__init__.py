"""What keys do: the commands of the app by area. `tui.keymap` joins them and gives them their keys."""
