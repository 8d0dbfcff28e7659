"""Chinese surnames in simplified characters, and in the traditional ones of Taiwan and Hong Kong.

A list is written in one of them, but a surname is as common in the other. The pairs are those of Unicode's
Unihan database (kSimplifiedVariant), as far as surnames have them. Where a simplified character stands for
several traditional ones, only those count that surnames are written with: 后 and 范 are no 後 and 範.
"""

from __future__ import annotations

from itertools import product
from typing import Final

# Each simplified character, and what it is in traditional script.
_PAIRS: Final = (
    "万萬 丛叢 东東 严嚴 丰豐 丽麗 义義 乌烏 乐樂 乔喬 习習 买買 于於 云雲 亚亞 从從 储儲 党黨 兰蘭 关關 "
    "养養 军軍 农農 冯馮 凤鳳 刘劉 刚剛 别別 劳勞 区區 华華 单單 卢盧 卫衛 历歷 厉厲 厍厙 双雙 台臺 叶葉 "
    "吕呂 吴吳 国國 圆圓 娄婁 娇嬌 孙孫 宁寧甯 宝寶 宫宮 宾賓 寿壽 尧堯 岚嵐 巩鞏 帅帥 师師 广廣 庄莊 庆慶 "
    "应應 庞龐 开開 张張 强強 归歸 怀懷 恒恆 恽惲 户戶 时時 旷曠 晓曉 权權 来來 杨楊 栾欒 梦夢 楼樓 欢歡 "
    "欧歐 毕畢 汉漢 汤湯 温溫 满滿 独獨 玮瑋 瑶瑤 盖蓋 盘盤 矫矯 硕碩 禄祿 离離 窦竇 简簡 篮籃 红紅 纪紀 "
    "练練 终終 经經 续續 维維 缑緱 缪繆 罗羅 聂聶 聪聰 芦蘆 苌萇 苍蒼 苏蘇 荆荊 荣榮 莹瑩 萧蕭 蒋蔣 蓝藍 "
    "蓟薊 蔺藺 计計 许許 诸諸 谈談 谌諶 谢謝 谭譚 谯譙 贝貝 贠貟 贡貢 贯貫 贲賁 费費 贺賀 贾賈 赖賴 赵趙 "
    "车車 轩軒 辕轅 边邊 进進 连連 迟遲 邓鄧 邝鄺 邬鄔 邹鄒 郏郟 郑鄭 郦酈 钊釗 钟鍾鐘 钭鈄 钮鈕 钱錢 银銀 "
    "锐銳 长長 门門 闫閆 闵閔 闻聞 闾閭 阎閻 阙闕 阚闞 阳陽 阴陰 陆陸 陈陳 静靜 韦韋 韩韓 项項 须須 顾顧 "
    "颉頡 颖穎 颜顏 饶饒 马馬 骆駱 骏駿 鱼魚 鲁魯 鲍鮑 鲜鮮 麦麥 黄黃 齐齊 龙龍 龚龔"
)
_TRADITIONAL: Final = {pair[0]: pair[1:] for pair in _PAIRS.split()}
_SIMPLIFIED: Final = str.maketrans({each: pair[0] for pair in _PAIRS.split() for each in pair[1:]})


def in_simplified(name: str) -> str:
    """The name in simplified characters: 歐陽 becomes 欧阳."""
    return name.translate(_SIMPLIFIED)


def in_traditional(name: str) -> set[str]:
    """The ways to write a name in simplified characters in traditional ones: 钟 is 鍾 or 鐘, and 李 is 李."""
    return {"".join(letters) for letters in product(*(_TRADITIONAL.get(each, each) for each in name))}
