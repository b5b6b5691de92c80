"""The common codes of UN/CEFACT Recommendation 20 that trade uses, as text: one a line.

A line is ``CODE factor name | other spellings``. The factor leads to the dimension's base and is a
decimal or a fraction; ``-`` stands where nothing converts. Packages that Recommendation 20 once had
(``BX``, ``CT``) are here because everybody still sends them; those of Recommendation 21 stand in
``PACKAGES`` without the ``X`` that Recommendation 20 puts before them.
"""

from __future__ import annotations

# Base: kilogram.
MASS = """
KGM 1 kilogram | kg kgs kilo 千克 公斤
GRM 0.001 gram | g gm 克
MGM 0.000001 milligram | mg 毫克
MC 0.000000001 microgram | ug 微克
TNE 1000 tonne | t mt ton 吨 公吨
2U 1000 megagram
KTN 1000000 kilotonne | kt 千吨
DTN 100 decitonne
HGM 0.1 hectogram
DJ 0.01 decagram
DG 0.0001 decigram
CGM 0.00001 centigram
58 1 net kilogram | 净重千克
E4 1 gross kilogram | 毛重千克
CTM 0.0002 metric carat | 克拉
LBR 0.45359237 pound | lb lbs 磅
ONZ 0.028349523125 ounce | oz 盎司
APZ 0.0311034768 troy ounce
DWT 0.00155517384 pennyweight
GRN 0.00006479891 grain
STI 6.35029318 stone
CNT 45.359237 cental
CWA 45.359237 hundred pound (US)
CWI 50.80234544 hundredweight (UK)
STN 907.18474 short ton
LTN 1016.0469088 long ton
"""

# Base: litre.
VOLUME = """
LTR 1 litre | l lt litre liter 升 公升
MLT 0.001 millilitre | ml 毫升
CLT 0.01 centilitre | cl 厘升
DLT 0.1 decilitre | dl 分升
A44 10 decalitre
HLT 100 hectolitre | hl 百升
K6 1000 kilolitre | kl 千升
MAL 1000000 megalitre
4G 0.000001 microlitre | ul 微升
Q34 0.000000001 nanolitre
MTQ 1000 cubic metre | m3 立方米 方
DMQ 1 cubic decimetre | dm3 立方分米
CMQ 0.001 cubic centimetre | cm3 cc 立方厘米
MMQ 0.000001 cubic millimetre | mm3
DMA 1000000 cubic decametre
H19 1000000000 cubic hectometre
H20 1000000000000 cubic kilometre
INQ 0.016387064 cubic inch
FTQ 28.316846592 cubic foot
YDQ 764.554857984 cubic yard
OZA 0.0295735295625 fluid ounce (US)
OZI 0.0284130625 fluid ounce (UK)
GIA 0.11829411825 gill (US)
GII 0.1420653125 gill (UK)
PTL 0.473176473 liquid pint (US)
PTI 0.56826125 pint (UK)
QTL 0.946352946 liquid quart (US)
QTI 1.1365225 quart (UK)
GLL 3.785411784 gallon (US) | gal 加仑
GLI 4.54609 gallon (UK)
BLL 158.987294928 barrel (US)
BUA 35.23907016688 bushel (US)
BUI 36.36872 bushel (UK)
G21 0.2365882365 cup
"""

# Base: metre.
LENGTH = """
MTR 1 metre | m 米 公尺
CMT 0.01 centimetre | cm 厘米
MMT 0.001 millimetre | mm 毫米
DMT 0.1 decimetre | dm 分米
KMT 1000 kilometre | km 千米 公里
KTM 1000 kilometre
4H 0.000001 micrometre | um 微米
C45 0.000000001 nanometre | nm 纳米
A45 10 decametre
HMT 100 hectometre
MAM 1000000 megametre
INH 0.0254 inch | in 英寸
FOT 0.3048 foot | ft 英尺
YRD 0.9144 yard | yd 码
AK 1.8288 fathom
SMI 1609.344 mile (statute)
NMI 1852 nautical mile
77 0.0000254 milli-inch
"""

# Base: square metre.
AREA = """
MTK 1 square metre | m2 平方米 平米
CMK 0.0001 square centimetre | cm2 平方厘米
MMK 0.000001 square millimetre | mm2
DMK 0.01 square decimetre | dm2
KMK 1000000 square kilometre | km2 平方公里
HAR 10000 hectare | ha 公顷
ARE 100 are
DAA 1000 decare
H16 100 square decametre
H18 10000 square hectometre
INK 0.00064516 square inch
FTK 0.09290304 square foot
YDK 0.83612736 square yard
MIK 2589988.110336 square mile
ACR 4046.8564224 acre | 英亩
"""

# Base: one piece.
COUNT = """
H87 1 piece | pc pcs pce 件 个 只 枚 片 粒 支
EA 1 each | ea
C62 1 one | unit units
PCE 1 piece
NAR 1 number of articles
NMB 1 number
ZZ - mutually defined
PR 2 pair | 双 对
NPR 2 number of pairs
DZN 12 dozen | 打
DPC 12 dozen pieces
DPR 24 dozen pairs
QD 3 quarter dozen
TPR 20 ten pairs
SCO 20 score
CEN 100 hundred | 百
HC 100 hundred count
GRO 144 gross | 罗
GGR 1728 great gross
MIL 1000 thousand | 千
T3 1000 thousand pieces | 千件
MIO 1000000 million | 百万
MLD 1000000000 milliard
BIL 1000000000000 billion (long scale)
"""

# Base: second. Months and years are no fixed number of them.
TIME = """
SEC 1 second | s sec 秒
MIN 60 minute | min 分钟
HUR 3600 hour | h hr 小时
DAY 86400 day | d 天 日
WEE 604800 week | 周
C26 0.001 millisecond | ms
B98 0.000001 microsecond
C47 0.000000001 nanosecond
QH 900 quarter hour
MON - month | 月
QAN - quarter of a year | 季
SAN - half year
ANN - year | 年
DEC - decade
"""

# Base: kelvin; what is added before the factor is in ``suyuan.domain.units``.
TEMPERATURE = """
KEL 1 kelvin | k 开尔文
CEL 1 degree Celsius | c 摄氏度
FAH 5/9 degree Fahrenheit | f 华氏度
A48 5/9 degree Rankine
"""

# What is counted but holds no fixed amount.
PACKED = """
BX - box | 盒
CS - case | 箱
CT - carton | ctn 纸箱
PK - pack | pkg 包
PA - packet | 小包
BG - bag | 袋
BO - bottle | btl 瓶
CA - can | 罐 听
BJ - bucket | 桶
BK - basket | 筐 篮
BL - bale
BE - bundle | 捆 扎
BD - bundle
BR - bar | 条
CR - crate | 周转箱
CL - cylinder | 气瓶
CY - cylinder
DR - drum
JR - jar | 坛
JG - jug
TN - tin
TU - tube
TY - tray | 托 盘
PL - pail
PF - pallet (lift)
D97 - pallet | 托盘
SA - sack
SET - set | 套
KT - kit
RO - roll | 卷
RL - reel
RM - ream
ST - sheet | 张
SH - sheet
LEF - leaf
LO - lot | 批
LN - length
LS - lump sum
HEA - head | 头 羽
E27 - dose | 剂
U2 - tablet | 片剂
AV - capsule | 粒剂
AM - ampoule
VI - vial
SYR - syringe
PTN - portion | 份
OP - two pack
P3 - three pack
P4 - four pack
P5 - five pack
P6 - six pack
P7 - seven pack
P8 - eight pack
P9 - nine pack
AS - assortment
AY - assembly
CG - card
CH - container
CO - carboy
CQ - cartridge
CU - cup
CX - coil
CZ - combo
DC - disc
DS - display
DZP - dozen packs
DRL - dozen rolls
EV - envelope
HD - half dozen
NC - car
NV - vehicle
NL - load
NF - message
PD - pad
PG - plate
RA - rack
RG - ring
SR - strip
SV - skid
SW - skein
SX - shipment
SO - spool
TC - truckload
TE - tote
TK - tank
WH - wheel
ZP - page
NT - trailer
NBB - bobbin
QR - quire
"""

# Other quantities; nothing here converts.
OTHER = """
P1 - percent | % 百分比
59 - part per million | ppm
61 - part per billion
NX - part per thousand
NIU - number of international units | iu 国际单位
GL - gram per litre
M1 - milligram per litre
A93 - gram per cubic metre
GP - milligram per cubic metre
GQ - microgram per cubic metre
KMQ - kilogram per cubic metre
23 - gram per cubic centimetre
C34 - mole
C35 - mole per cubic decimetre
C36 - mole per cubic metre
C18 - millimole
28 - kilogram per square metre
GM - gram per square metre
LPA - litre of pure alcohol | 纯酒精升
ASM - alcoholic strength by mass
ASV - alcoholic strength by volume
KNS - kilogram of named substance
KSD - kilogram of substance 90 % dry
KNI - kilogram of nitrogen
KPH - kilogram of potassium hydroxide
KPO - kilogram of potassium oxide
KPP - kilogram of phosphorus pentoxide
KSH - kilogram of sodium hydroxide
KUR - kilogram of uranium
CTG - content gram
CTN - content ton (metric)
BFT - board foot
MBF - thousand board feet
MBE - thousand standard brick equivalent
WSD - standard (timber)
FC - thousand cubic feet
R9 - thousand cubic metres
SHT - shipping ton
GRT - gross register ton
NTT - net register ton
DPT - displacement tonnage
TSD - tonne of substance 90 % dry
JOU - joule
KJO - kilojoule
3B - megajoule
D70 - calorie
E14 - kilocalorie | kcal 千卡
BTU - British thermal unit
WHR - watt hour
KWH - kilowatt hour | kwh 度
MWH - megawatt hour
GWH - gigawatt hour
WTT - watt
KWT - kilowatt
MAW - megawatt
BHP - brake horse power
VLT - volt
KVT - kilovolt
2Z - millivolt
AMP - ampere
4K - milliampere
AMH - ampere hour
OHM - ohm
FAR - farad
HTZ - hertz
KHZ - kilohertz
MHZ - megahertz
PAL - pascal
KPA - kilopascal
MPA - megapascal
A97 - hectopascal
BAR - bar (pressure)
MBR - millibar
ATM - standard atmosphere
PS - pound-force per square inch
HN - millimetre of mercury
NEW - newton
B47 - kilonewton
CDL - candela
LUM - lumen
LUX - lux
MTS - metre per second
KMH - kilometre per hour
HM - mile per hour
KNT - knot
MSK - metre per second squared
MQH - cubic metre per hour
MQS - cubic metre per second
L2 - litre per minute
KGS - kilogram per second
E93 - kilogram per hour
DD - degree (angle)
C81 - radian
D61 - minute (angle)
D62 - second (angle)
2N - decibel
BQL - becquerel
CUR - curie
A95 - gray
D13 - sievert
GBQ - gigabecquerel
MCU - millicurie
NCL - number of cells
CFU - colony forming units
AD - byte
2P - kilobyte
4L - megabyte
E34 - gigabyte
A99 - bit
ACT - activity
E48 - service unit
E49 - working day
TKM - tonne kilometre
"""

# UN/CEFACT Recommendation 21, without the X.
PACKAGES = """
AE aerosol, AM ampoule, AP protected ampoule, AT atomizer, BA barrel, BB bobbin, BC bottle crate,
BD board, BE bundle, BG bag, BH bunch, BI bin, BJ bucket, BK basket, BL compressed bale, BM basin,
BN bale, BO bottle, BQ protected bottle, BR bar, BS bulbous bottle, BT bolt, BU butt, BX box,
CA rectangular can, CB beer crate, CC churn, CE creel, CF coffer, CG cage, CH chest, CI canister,
CJ coffin, CK cask, CL coil, CM card, CN container, CO carboy, CQ cartridge, CR crate, CS case,
CT carton, CU cup, CV cover, CW roll cage, CX cylindrical can, CY cylinder, CZ canvas,
DJ demijohn, DN dispenser, DR drum, DS tray, EC plastic bag, ED case with pallet base, EN envelope,
FC fruit crate, FD framed crate, FI firkin, FL flask, FO footlocker, FP filmpack, FR frame,
FT foodtainer, FX flexible bag, GB gas bottle, GI girder, GL gallon container, GR glass receptacle,
HG hogshead, HR hamper, IN ingot, JB jumbo bag, JC jerrican, JG jug, JR jar, JT jute bag,
KG keg, KI kit, LG log, LT lot, LU lug, LV liftvan, MB multiply bag, MC milk crate,
MR metal receptacle, MS multi-wall sack, MT mat, MX matchbox, NA not available, NE unpacked,
NS nest, NT net, OK block, OT octabin, OU outer container, P2 pan, PA packet, PB box pallet,
PC parcel, PD modular pallet, PF pen, PG plate, PH pitcher, PI pipe, PJ punnet, PK package,
PL pail, PN plank, PO pouch, PP piece, PR plastic receptacle, PT pot, PU tray pack, PX pallet,
RD rod, RG ring, RJ clothing rack, RK rack, RL reel, RO roll, RT rednet, SA sack, SB slab,
SC shallow crate, SD spindle, SE sea-chest, SH sachet, SI skid, SK skeleton case, SL slipsheet,
SM sheetmetal, ST sheet, SU suitcase, SW shrinkwrapped, SY sleeve, TB tub, TC tea-chest,
TD collapsible tube, TE tyre, TI tierce, TK rectangular tank, TN tin, TO tun, TR trunk, TS truss,
TU tube, TV tube with nozzle, TY cylindrical tank, UC uncaged, UN unit, VA vat, VG bulk gas,
VI vial, VK vanpack, VL bulk liquid, VN vehicle, VO bulk solid (large), VP vacuum-packed,
VR bulk solid (granular), VY bulk solid (fine), WA intermediate bulk container, WB wickerbottle,
ZZ mutually defined
"""
