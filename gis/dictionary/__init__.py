"""The dictionary: classes of components (部件) and events (事件), as data."""
