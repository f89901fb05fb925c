"""What the layers below say in English, said in Chinese: (zh-CN, zh-TW)."""

from streams.wording.translations.below import FROM_BELOW as FROM_BELOW
